package build

import (
	"fmt"
	"slices"
	"time"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/dockerfile"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// defaultPath is the environment of an image whose base has none, as Kaniko sets it.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// scratch is the base that is no image.
const scratch = "scratch"

// stage is one stage on its way: the image so far and the configuration that it will get.
type stage struct {
	*builder
	index  int
	image  v1.Image
	config v1.Config
	scope  *dockerfile.Scope
	view   *imagefs.Image // the files so far, nil until they are asked for
}

// image returns what a stage is built on. Earlier stages must be built by then, or nothing is returned for them.
func (b *builder) image(index int) (v1.Image, error) {
	if base := b.file.Base(index, b.bases[index]); base >= 0 {
		if built := b.stages[base]; built != nil {
			return built.image, nil
		}
		return nil, nil
	}
	if b.bases[index] == scratch {
		b.Log.Info("No base image, nothing to extract")
		return empty.Image, nil
	}
	platform, err := b.platform(index)
	if err != nil {
		return nil, err
	}
	return b.Registry.Pull(b.bases[index], platform)
}

// buildStage carries a stage's instructions out.
func (b *builder) buildStage(index int, final bool) error {
	s, triggers, err := b.begin(index)
	if err != nil {
		return err
	}
	commands := append(triggers, b.file.Stages[index].Commands...)
	commands = slices.DeleteFunc(commands, func(command instructions.Command) bool {
		_, maintainer := command.(*instructions.MaintainerCommand)
		if maintainer {
			s.Log.Warn("maintainer is deprecated, skipping")
		}
		return maintainer
	})
	s.Log.Infof("Building stage '%s' [idx: '%d', base-idx: '%d']", b.bases[index], index, b.file.Base(index, b.bases[index]))
	if err := s.rehearse(commands); err != nil {
		return fmt.Errorf("failed to optimize instructions: %w", err)
	}
	s.logUnpacking(commands)
	for _, command := range commands {
		if err := s.carryOut(command); err != nil {
			return fmt.Errorf("error building stage: %w", err)
		}
	}
	if s.view != nil {
		_ = s.view.Close()
	}
	if err := s.seal(commands); err != nil {
		return fmt.Errorf("error building stage: %w", err)
	}
	b.stages[index] = s
	if final {
		return nil
	}
	return b.logSaving(index)
}

// logSaving says what later stages copy from a stage.
func (b *builder) logSaving(index int) error {
	if words := b.dependencies(b.needed)[index]; len(words) > 0 {
		tree, err := b.treeOfStage(index)
		if err != nil {
			return err
		}
		for _, word := range words {
			found, _ := find(tree, []string{word}) // what is missing is an error when it is copied
			for _, source := range found {
				b.Log.Infof("Saving file %s for later use", source.entry.Path)
			}
		}
	}
	b.Log.Info("Deleting filesystem...")
	return nil
}

// begin sets a stage up from its base, and returns what the base's ONBUILD asks for.
func (b *builder) begin(index int) (*stage, []instructions.Command, error) {
	image, err := b.image(index)
	if err != nil {
		return nil, nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, nil, err
	}
	s := &stage{builder: b, index: index, image: image, config: *file.Config.DeepCopy(), scope: b.global.Stage(nil)}
	if base := b.file.Base(index, b.bases[index]); base >= 0 {
		s.scope = b.global.Stage(b.stages[base].scope)
	}
	if s.config.Env == nil {
		s.config.Env = []string{defaultPath}
	}
	triggers, err := dockerfile.Commands(s.config.OnBuild)
	s.config.OnBuild = nil
	return s, triggers, err
}

// rehearse carries out what touches no files, and forgets it again. Kaniko does so to look into its cache, and its log shows it.
func (s *stage) rehearse(commands []instructions.Command) error {
	rehearsal := *s
	rehearsal.config = *s.config.DeepCopy()
	rehearsal.scope = s.global.Stage(s.scope)
	for _, command := range commands {
		if onlyMetadata(command) {
			if err := rehearsal.configure(command); err != nil {
				return err
			}
		}
	}
	return nil
}

// logUnpacking says whether an instruction needs the base's files.
func (s *stage) logUnpacking(commands []instructions.Command) {
	for _, command := range commands {
		if !onlyMetadata(command) {
			s.Log.Infof("Unpacking rootfs as cmd %s requires it.", command)
			return
		}
	}
	s.Log.Info("Skipping unpacking as no commands require it.")
}

// onlyMetadata says whether an instruction leaves the files alone.
func onlyMetadata(command instructions.Command) bool {
	switch command := command.(type) {
	case *instructions.CopyCommand, *instructions.AddCommand:
		return false
	case *instructions.WorkdirCommand:
		return command.Path == "/"
	default:
		return true
	}
}

// files returns the files so far. Only those that users and groups are looked up in are kept with their content.
func (s *stage) files() (*imagefs.Image, error) {
	if s.view == nil {
		var err error
		s.view, err = imagefs.OpenImage(s.image, s.TempDir, "/", func(path string) bool {
			return path == "etc/passwd" || path == "etc/group"
		})
		if err != nil {
			return nil, fmt.Errorf("failed to get filesystem from image: %w", err)
		}
	}
	return s.view, nil
}

// newLayer begins a layer on the files so far.
func (s *stage) newLayer() (*imagefs.Layer, error) {
	view, err := s.files()
	if err != nil {
		return nil, err
	}
	oci, err := s.isOCI()
	if err != nil {
		return nil, err
	}
	return imagefs.NewLayer(s.TempDir, view, imagefs.Format{
		OCI: oci, Zstd: s.Options.Compression == "zstd", Level: s.Options.CompressionLevel, Reproducible: s.Options.Reproducible,
	})
}

// append puts a finished layer on the image.
func (s *stage) append(layer *imagefs.Layer, createdBy string) error {
	finished, err := layer.Finish()
	if err != nil {
		return err
	}
	if finished == nil {
		s.Log.Info("No files were changed, appending empty layer to config. No layer added to image.")
		return nil
	}
	mediaType, err := finished.MediaType()
	if err != nil {
		return err
	}
	s.image, err = mutate.Append(s.image, mutate.Addendum{
		Layer:     finished,
		MediaType: mediaType,
		History:   v1.History{Author: "kaniko", CreatedBy: createdBy},
	})
	return err
}

// now is the time that the image shows, none if it is to be reproducible.
func (b *builder) now() v1.Time {
	if b.Options.Reproducible {
		return v1.Time{}
	}
	return v1.Time{Time: time.Now().UTC().Truncate(time.Second)}
}
