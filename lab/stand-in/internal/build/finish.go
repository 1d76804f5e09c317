package build

import (
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// seal gives a stage's image its configuration.
func (s *stage) seal(commands []instructions.Command) error {
	if s.setsEntrypointOnly(commands) {
		s.config.Cmd = nil // the base's CMD belongs to the base's ENTRYPOINT
	}
	file, err := s.image.ConfigFile()
	if err != nil {
		return err
	}
	file = file.DeepCopy()
	file.Config, file.Created = s.config, s.now()
	if file.Architecture == "" { // FROM scratch
		platform, err := s.platform(s.index)
		if err != nil {
			return err
		}
		file.OS, file.Architecture, file.Variant = platform.OS, platform.Architecture, platform.Variant
	}
	s.image, err = mutate.ConfigFile(s.image, file)
	return err
}

func (s *stage) setsEntrypointOnly(commands []instructions.Command) bool {
	var entrypoint, cmd bool
	for _, command := range commands {
		switch command.(type) {
		case *instructions.EntrypointCommand:
			entrypoint = true
		case *instructions.CmdCommand:
			cmd = true
		}
	}
	return entrypoint && !cmd
}

// finish makes the image of a stage the one to push: with the labels, annotations and format that were asked for.
func (b *builder) finish(s *stage) (v1.Image, error) {
	file, err := s.image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	for _, label := range b.Options.Labels {
		key, value, found := strings.Cut(label, "=")
		if !found {
			return nil, fmt.Errorf("labels must be of the form key=value, got %s", label)
		}
		if file.Config.Labels == nil {
			file.Config.Labels = map[string]string{}
		}
		file.Config.Labels[key] = value
	}
	image, err := mutate.ConfigFile(s.image, file)
	if err != nil {
		return nil, err
	}
	if image, err = b.inFormat(image); err != nil || len(b.Options.Annotations) == 0 {
		return image, err
	}
	return mutate.Annotations(image, b.Options.Annotations).(v1.Image), nil
}

// isOCI says whether the stage's image has OCI's media types, rather than Docker's.
func (s *stage) isOCI() (bool, error) {
	mediaType, err := s.image.MediaType()
	return mediaType == types.OCIManifestSchema1, err
}

// layerTypes are the media types of a layer in the other format.
var layerTypes = map[string]map[types.MediaType]types.MediaType{
	"oci":    {types.DockerLayer: types.OCILayer, types.DockerUncompressedLayer: types.OCIUncompressedLayer},
	"docker": {types.OCILayer: types.DockerLayer, types.OCIUncompressedLayer: types.DockerUncompressedLayer},
}

// inFormat gives an image the media types of --image-format, if that was asked for.
func (b *builder) inFormat(image v1.Image) (v1.Image, error) {
	manifestType, configType := types.OCIManifestSchema1, types.OCIConfigJSON
	switch b.Options.ImageFormat {
	case "":
		return image, nil
	case "docker":
		manifestType, configType = types.DockerManifestSchema2, types.DockerConfigJSON
	}
	layers, err := image.Layers()
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	result := mutate.ConfigMediaType(mutate.MediaType(empty.Image, manifestType), configType)
	for _, layer := range layers {
		mediaType, err := layer.MediaType()
		if err != nil {
			return nil, err
		}
		if other, ok := layerTypes[b.Options.ImageFormat][mediaType]; ok {
			mediaType = other
		}
		if result, err = mutate.Append(result, mutate.Addendum{Layer: layer, MediaType: mediaType}); err != nil {
			return nil, err
		}
	}
	return mutate.ConfigFile(result, file)
}
