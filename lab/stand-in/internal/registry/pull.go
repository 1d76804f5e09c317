package registry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Pull returns an image of a platform: from a mirror if one is set for its registry and has it, else from the registry itself.
func (c *Client) Pull(image string, platform v1.Platform) (v1.Image, error) {
	c.log.Infof("Retrieving image manifest %s", image)
	key := image + " " + platform.String()
	if pulled := c.pulled[key]; pulled != nil {
		c.log.Info("Returning cached image manifest")
		return pulled, nil
	}
	reference, err := name.ParseReference(image, name.WeakValidation)
	if err != nil {
		return nil, err
	}
	pulled, err := c.pull(reference, platform)
	if err == nil {
		c.pulled[key] = pulled
	}
	return pulled, err
}

func (c *Client) pull(reference name.Reference, platform v1.Platform) (v1.Image, error) {
	registry := reference.Context().RegistryStr()
	mirrors := c.options.Maps[registry]
	for _, mirror := range mirrors {
		mapped, err := c.mapped(reference, mirror)
		if err != nil {
			return nil, err
		}
		host := mapped.Context().RegistryStr()
		c.log.Infof("Retrieving image %s from mapped registry %s", mapped, host)
		image, err := c.fetch(mapped, host, platform)
		if err == nil {
			return image, nil
		}
		c.log.Warnf("Failed to retrieve image %s from remapped registry %s: %s. Will try with the next registry, or fallback to the original registry.", mapped, host, err)
	}
	if len(mirrors) > 0 && c.options.SkipDefaultFallback {
		return nil, fmt.Errorf("image not found on any configured mapped registries for %s", reference)
	}
	if c.options.InsecurePull || slices.Contains(c.options.InsecureRegistries, registry) {
		plain, err := insecure(registry)
		if err != nil {
			return nil, err
		}
		repository := reference.Context()
		repository.Registry = plain
		reference = within(reference, repository)
	}
	c.log.Infof("Retrieving image %s from registry %s", reference, registry)
	return c.fetch(reference, registry, platform)
}

// mapped is the same image in a mirror, which is a registry and perhaps a prefix for its repositories.
func (c *Client) mapped(reference name.Reference, mirror string) (name.Reference, error) {
	host, prefix, _ := strings.Cut(mirror, "/")
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	settings := []name.Option{name.WithDefaultRegistry(host), name.WeakValidation}
	if c.options.InsecurePull || slices.Contains(c.options.InsecureRegistries, host) {
		settings = append(settings, name.Insecure)
	}
	repository, err := name.NewRepository(prefix+reference.Context().RepositoryStr(), settings...)
	if err != nil {
		return nil, err
	}
	return within(reference, repository), nil
}

// within is the reference's tag or digest in another repository.
func within(reference name.Reference, repository name.Repository) name.Reference {
	switch reference := reference.(type) {
	case name.Tag:
		reference.Repository = repository
		return reference
	case name.Digest:
		reference.Repository = repository
		return reference
	default:
		return reference
	}
}

func (c *Client) fetch(reference name.Reference, registry string, platform v1.Platform) (v1.Image, error) {
	transport, err := c.transport(registry)
	if err != nil {
		return nil, err
	}
	settings := []remote.Option{remote.WithTransport(transport), remote.WithAuthFromKeychain(c.keychain()), remote.WithPlatform(platform)}
	var image v1.Image
	err = c.retrying(c.options.DownloadRetries, func() (err error) {
		image, err = remote.Image(reference, settings...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("unable to complete operation after %d attempts, last error: %w", c.options.DownloadRetries, err)
	}
	return image, nil
}
