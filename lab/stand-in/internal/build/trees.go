package build

import (
	"os"
	"path/filepath"
	"strconv"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// treeOf returns the files of the stage or image that COPY --from names.
func (s *stage) treeOf(from string) (*imagefs.Image, error) {
	if index := s.file.Source(s.index, from); index >= 0 {
		return s.treeOfStage(index)
	}
	return s.trees[from], nil
}

// fetchSources pulls the images that COPY --from names, before the first stage is built.
func (b *builder) fetchSources() error {
	for _, index := range b.needed {
		for _, command := range b.file.Stages[index].Commands {
			copying, ok := command.(*instructions.CopyCommand)
			if !ok || copying.From == "" || b.file.Source(index, copying.From) >= 0 || b.trees[copying.From] != nil {
				continue
			}
			image, err := b.Registry.Pull(copying.From, b.Platform)
			if err != nil {
				return err
			}
			path := filepath.Join(b.KanikoDir, "stages", copying.From)
			b.Log.Infof("Storing source image from stage %s at path %s", copying.From, path)
			if _, err := b.openTree(copying.From, image); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) treeOfStage(index int) (*imagefs.Image, error) {
	name := strconv.Itoa(index)
	if tree := b.trees[name]; tree != nil {
		return tree, nil
	}
	return b.openTree(name, b.stages[index].image)
}

func (b *builder) openTree(name string, image v1.Image) (*imagefs.Image, error) {
	everything := func(string) bool { return true }
	tree, err := imagefs.OpenImage(image, b.TempDir, filepath.Join(b.KanikoDir, "deps", name), everything)
	if err == nil {
		b.trees[name] = tree
	}
	return tree, err
}

// dockerignore returns what the ignore file leaves out of the context: the Dockerfile's own, else the context's.
func (b *builder) dockerignore() (func(string) bool, error) {
	for _, path := range []string{b.Dockerfile + ".dockerignore", filepath.Join(b.Request.Context, ".dockerignore")} {
		file, err := os.Open(path)
		if err != nil {
			continue
		}
		defer file.Close()
		b.Log.Infof("Using dockerignore file: %s", path)
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, err
		}
		matcher, err := patternmatcher.New(patterns)
		if err != nil {
			return nil, err
		}
		return func(path string) bool {
			excluded, err := matcher.MatchesOrParentMatches(path)
			return err == nil && excluded
		}, nil
	}
	return func(string) bool { return false }, nil
}
