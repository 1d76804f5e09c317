package build

import (
	"os"
	"path/filepath"
	"strconv"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// treeOf returns the files of the stage or image that COPY --from names.
func (s *stage) treeOf(from string) (*imagefs.Image, error) {
	name, index := from, s.file.Source(s.index, from)
	if index >= 0 {
		name = strconv.Itoa(index)
	}
	if tree := s.trees[name]; tree != nil {
		return tree, nil
	}
	var image v1.Image
	var err error
	if index >= 0 {
		image = s.stages[index].image
	} else if image, err = s.Registry.Pull(name, s.Platform); err != nil {
		return nil, err
	}
	everything := func(string) bool { return true }
	tree, err := imagefs.OpenImage(image, s.TempDir, filepath.Join(s.KanikoDir, "deps", name), everything)
	if err == nil {
		s.trees[name] = tree
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
