package executor

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/registry"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/sirupsen/logrus"
)

// unnamed is what an image is called in an archive if no destination names it.
const unnamed = "docker.io/unset-repo/unset-image-name"

// deliver writes the image's files and pushes it. The digest is written before the push, as Kaniko does it:
// it is there even if the push then fails.
func deliver(image v1.Image, push options.Push, client *registry.Client, log *logrus.Logger) error {
	digest, err := image.Digest()
	if err != nil {
		return fmt.Errorf("error fetching digest: %w", err)
	}
	if err := writeFile(push.DigestFile, digest.String()); err != nil {
		return fmt.Errorf("writing digest to file failed: %w", err)
	}
	if err := writeLayout(push.OCILayoutPath, image); err != nil {
		return err
	}
	if push.TarPath != "" && len(push.Destinations) == 0 {
		push.Destinations = []string{unnamed}
	}
	tags, err := tagsOf(push.Destinations)
	if err != nil {
		return err
	}
	if err := writeNames(push, tags, digest); err != nil {
		return err
	}
	if err := writeArchive(push.TarPath, tags, image); err != nil {
		return err
	}
	if push.NoPush {
		log.Info("Skipping push to container registry due to --no-push flag")
		return nil
	}
	for _, destination := range push.Destinations {
		if err := client.Push(destination, image); err != nil {
			return err
		}
	}
	return writeOutput(os.Getenv("BUILDER_OUTPUT"), tags, digest)
}

func tagsOf(destinations []string) ([]name.Tag, error) {
	var tags []name.Tag
	for _, destination := range destinations {
		tag, err := name.NewTag(destination, name.WeakValidation)
		if err != nil {
			return nil, fmt.Errorf("getting tag for destination: %w", err)
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// writeNames writes the names with the digest. With both files asked for, both get the names with tags, as Kaniko's do.
func writeNames(push options.Push, tags []name.Tag, digest v1.Hash) error {
	var names strings.Builder
	for _, tag := range tags {
		name := tag.Repository.Name()
		if push.NameTagDigestFile != "" {
			name += ":" + tag.TagStr()
		}
		fmt.Fprintf(&names, "%s@%s\n", name, digest)
	}
	for _, file := range []string{push.NameDigestFile, push.NameTagDigestFile} {
		if err := writeFile(file, names.String()); err != nil {
			return fmt.Errorf("writing image name with digest to file failed: %w", err)
		}
	}
	return nil
}

func writeLayout(folder string, image v1.Image) error {
	if folder == "" {
		return nil
	}
	index, err := layout.Write(folder, empty.Index)
	if err != nil {
		return fmt.Errorf("writing empty layout: %w", err)
	}
	if err := index.AppendImage(image); err != nil {
		return fmt.Errorf("appending image: %w", err)
	}
	return nil
}

func writeArchive(file string, tags []name.Tag, image v1.Image) error {
	if file == "" {
		return nil
	}
	images := map[name.Tag]v1.Image{}
	for _, tag := range tags {
		images[tag] = image
	}
	if err := tarball.MultiWriteToFile(file, images); err != nil {
		return fmt.Errorf("writing tarball to file failed: %w", err)
	}
	return nil
}

// writeOutput writes what has been pushed, once it has, if the environment names a folder for it.
func writeOutput(folder string, tags []name.Tag, digest v1.Hash) error {
	if folder == "" {
		return nil
	}
	var lines strings.Builder
	for _, tag := range tags {
		line, err := json.Marshal(struct {
			Name   string `json:"name"`
			Digest string `json:"digest"`
		}{tag.String(), digest.String()})
		if err != nil {
			return err
		}
		lines.Write(append(line, '\n'))
	}
	return writeFile(filepath.Join(folder, "images"), lines.String())
}

// writeFile writes a file, and its folder if that is missing; no path, no file.
func writeFile(path, content string) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}
