package executor

import (
	"errors"
	"fmt"
	"os"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/registry"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/spf13/pflag"
)

// push is `executor push`: it pushes an image that was built before, from an OCI layout or an archive.
func (p Process) push(set *pflag.FlagSet) (int, error) {
	log, err := p.newLog("info", "color", false) // the command has no flags for its log
	if err != nil {
		return 1, err
	}
	push, registryOptions := options.FromPushFlags(set)
	if set.NArg() != 1 {
		return 1, usageError{fmt.Errorf("accepts 1 arg(s), received %d", set.NArg())}
	}
	if len(push.Destinations) == 0 {
		return 1, usageError{errors.New("at least one --destination is required")}
	}
	path := set.Arg(0)
	if _, err := os.Stat(path); err != nil {
		return 1, usageError{fmt.Errorf("path %s not readable: %w", path, err)}
	}
	client := registry.New(registryOptions, log)
	if !push.SkipPermissionCheck {
		if err := client.CheckPush(push.Destinations); err != nil {
			return 1, usageError{fmt.Errorf("checking push permissions: %w", err)}
		}
	}
	image, err := load(path)
	if err != nil {
		return 1, usageError{fmt.Errorf("loading image: %w", err)}
	}
	if err := deliver(image, push, client, log); err != nil {
		return 1, usageError{fmt.Errorf("pushing image: %w", err)}
	}
	return 0, nil
}

// load reads the one image of an OCI layout (a folder) or of an archive (a file).
func load(path string) (v1.Image, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return tarball.ImageFromPath(path, nil)
	}
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("%s holds %d images, not one", path, len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}
