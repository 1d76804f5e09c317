package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// immutable is what registries say that refuse to move a tag.
var immutable = []string{"The repository has enabled tag immutability", "cannot be overwritten because the tag is immutable"}

// CheckPush asks the registries of all destinations whether they would take an image, each repository once.
func (c *Client) CheckPush(destinations []string) error {
	checked := map[string]bool{}
	for _, destination := range destinations {
		tag, err := c.destination(destination)
		if err != nil {
			return fmt.Errorf("getting tag for destination: %w", err)
		}
		if checked[tag.Context().String()] {
			continue
		}
		transport, err := c.transport(tag.RegistryStr())
		if err != nil {
			return fmt.Errorf("making transport for registry %q: %w", tag.RegistryStr(), err)
		}
		if err := remote.CheckPushPermission(tag, c.keychain(), transport); err != nil {
			return fmt.Errorf("checking push permission for %q: %w", tag, err)
		}
		checked[tag.Context().String()] = true
	}
	return nil
}

// Push pushes an image to one destination.
func (c *Client) Push(destination string, image v1.Image) error {
	tag, err := c.destination(destination)
	if err != nil {
		return fmt.Errorf("getting tag for destination: %w", err)
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	transport, err := c.transport(tag.RegistryStr())
	if err != nil {
		return fmt.Errorf("making transport for registry %q: %w", tag.RegistryStr(), err)
	}
	credentials, err := c.keychain().Resolve(tag.Registry)
	if err != nil {
		return fmt.Errorf("resolving pushAuth: %w", err)
	}
	pushed := tag.Context().Digest(digest.String())
	c.log.Infof("Pushing image to %s", tag)
	err = c.retrying(c.options.PushRetries, func() error {
		err := remote.Write(tag, image, remote.WithAuth(credentials), remote.WithTransport(transport))
		if err != nil && c.options.IgnoreImmutableTags && saysImmutable(err) {
			c.log.Infof("Immutable tag error ignored for %s", pushed)
			return nil
		}
		if err == nil {
			c.log.Infof("Pushed %s", pushed)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("failed to push to destination %s: %w", tag, err)
	}
	return nil
}

// destination parses a reference to push to.
func (c *Client) destination(reference string) (name.Tag, error) {
	tag, err := name.NewTag(reference, name.WeakValidation)
	if err != nil {
		return tag, err
	}
	if c.options.Insecure || slices.Contains(c.options.InsecureRegistries, tag.RegistryStr()) {
		tag.Registry, err = insecure(tag.RegistryStr())
	}
	return tag, err
}

func saysImmutable(err error) bool {
	return slices.ContainsFunc(immutable, func(text string) bool { return strings.Contains(err.Error(), text) })
}

// retrying tries again after 1 s, 2 s, 4 s and so on.
func (c *Client) retrying(retries int, operation func() error) error {
	err := operation()
	for i := 0; err != nil && i < retries; i++ {
		wait := time.Second << i
		c.log.Warnf("Retrying operation after %s due to %v", wait, err)
		time.Sleep(wait)
		err = operation()
	}
	return err
}
