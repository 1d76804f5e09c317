// Package build builds an image from a Dockerfile that needs no RUN, printing what Kaniko prints.
package build

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/dockerfile"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/registry"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/sirupsen/logrus"
)

// Request is everything one build needs.
type Request struct {
	Options    options.Build
	Registry   *registry.Client
	Log        *logrus.Logger
	Context    string // folder of the build context
	Dockerfile string // path
	KanikoDir  string // no COPY writes below it, and stages are called after it
	TempDir    string // the image's layers lie here: keep it until the image is pushed
	Platform   v1.Platform
}

// builder is a build on its way.
type builder struct {
	Request
	file     dockerfile.File
	global   *dockerfile.Scope
	needed   []int    // the stages to build
	bases    []string // of all stages, with variables replaced
	context  *imagefs.Folder
	excluded func(path string) bool
	stages   map[int]*stage
	trees    map[string]*imagefs.Image // of what COPY --from names
}

// Build returns the image of the first target.
func Build(request Request) (v1.Image, error) {
	b := &builder{Request: request, stages: map[int]*stage{}, trees: map[string]*imagefs.Image{}}
	targets, needed, err := b.read()
	if err != nil {
		return nil, err
	}
	b.needed = needed
	if err := b.announce(needed); err != nil {
		return nil, err
	}
	if b.context, err = imagefs.OpenFolder(b.Request.Context); err != nil {
		return nil, err
	}
	defer b.context.Close()
	defer b.closeTrees()
	if err := b.fetchSources(); err != nil {
		return nil, err
	}
	for _, index := range needed {
		if err := b.buildStage(index, index == needed[len(needed)-1]); err != nil {
			return nil, err
		}
	}
	return b.finish(b.stages[targets[0]])
}

// read parses the Dockerfile and chooses stages: the targets, and all that they need.
func (b *builder) read() (targets, needed []int, err error) {
	content, err := os.ReadFile(b.Dockerfile)
	if err != nil {
		return nil, nil, fmt.Errorf("reading dockerfile at path %s: %w", b.Dockerfile, err)
	}
	if b.file, err = dockerfile.Parse(content, b.Log); err != nil {
		return nil, nil, fmt.Errorf("parsing dockerfile: %w", err)
	}
	if len(b.file.Stages) == 0 {
		return nil, nil, errors.New("dockerfile must contain at least one FROM instruction")
	}
	if b.global, err = b.file.NewScope(b.Options.BuildArgs, b.Platform); err != nil {
		return nil, nil, fmt.Errorf("expanding meta ARGs: %w", err)
	}
	for _, stage := range b.file.Stages {
		base, err := b.global.Base(stage.BaseName)
		if err != nil {
			return nil, nil, err
		}
		b.bases = append(b.bases, base)
	}
	if targets, err = b.file.Targets(b.Options.Targets); err != nil {
		return nil, nil, err
	}
	needed = b.file.Needed(targets, b.bases)
	if run := b.file.Run(needed); run != nil {
		return nil, nil, fmt.Errorf("this is the lab's stand-in for Kaniko, which runs no RUN (line %d: %s): use the real executor, or set STAND_IN_RECORDING to a recorded case",
			run.Location()[0].Start.Line, run)
	}
	return targets, needed, nil
}

// announce looks every base image up, and again, as Kaniko does before it builds; in between it reads the ignore file.
func (b *builder) announce(needed []int) (err error) {
	for _, index := range slices.Backward(needed) {
		if name := b.file.Stages[index].Name; name != "" {
			b.Log.Infof("Resolved base name of %s to %s", name, b.bases[index])
		}
		if b.bases[index] == scratch {
			continue
		}
		if _, err := b.image(index); err != nil {
			return err
		}
	}
	if b.excluded, err = b.dockerignore(); err != nil {
		return err
	}
	for _, index := range needed {
		if _, err := b.image(index); err != nil {
			return err
		}
	}
	b.Log.Infof("Built cross stage deps: %v", b.dependencies(needed))
	return nil
}

// dependencies lists the paths that later stages copy from earlier ones.
func (b *builder) dependencies(needed []int) map[int][]string {
	paths := map[int][]string{}
	for _, index := range needed {
		for _, command := range b.file.Stages[index].Commands {
			if copying, ok := command.(*instructions.CopyCommand); ok && copying.From != "" {
				if source := b.file.Source(index, copying.From); source >= 0 {
					paths[source] = append(paths[source], copying.SourcePaths...)
				}
			}
		}
	}
	for _, list := range paths {
		slices.Sort(list)
	}
	return paths
}

// platform returns the platform of a stage's base image.
func (b *builder) platform(index int) (v1.Platform, error) {
	wanted, err := b.global.Base(b.file.Stages[index].Platform)
	if err != nil || wanted == "" {
		return b.Platform, err
	}
	platform, err := v1.ParsePlatform(wanted)
	if err != nil {
		return v1.Platform{}, err
	}
	return *platform, nil
}

func (b *builder) closeTrees() {
	for _, tree := range b.trees {
		_ = tree.Close()
	}
}
