package executor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/build"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/flags"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/registry"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/source"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sirupsen/logrus"
	"github.com/spf13/pflag"
)

// featureFlags is the first line that Kaniko v1.28.3 logs.
const featureFlags = "active feature flags: FF_KANIKO_BUILDKIT_ARG_ENV_PRECEDENCE, FF_KANIKO_CLEAN_KANIKO_DIR, " +
	"FF_KANIKO_DEPRECATE_INTER_STAGE_RESTORE, FF_KANIKO_NO_PROPAGATE_ANNOTATIONS, FF_KANIKO_OCI_WARMER, " +
	"FF_KANIKO_PRESERVE_HARDLINKS, FF_KANIKO_RELATIVE_LINK_TARGETS, FF_KANIKO_PRESERVE_MOUNTED_PATHS, " +
	"FF_KANIKO_RUN_MOUNT_BIND, FF_KANIKO_SECUREJOIN_EXTRACTION, FF_KANIKO_VOLUME_SKIP_MKDIR, FF_KANIKO_WARMER_CACHE_LOCK"

// build is the executor without a command: it builds an image and pushes it, or plays a recording of that.
func (p Process) build(set *pflag.FlagSet) (int, error) {
	log, err := p.logOf(set)
	if err != nil {
		return 1, usageError{err}
	}
	if dir := set.Lookup("kaniko-dir").Value.String(); dir != "" {
		p.KanikoDir = dir
	}
	request := options.FromFlags(set)
	if p.Recording != "" {
		return p.replay(request, log)
	}
	log.Info(featureFlags)
	context, dockerfile, err := p.prepare(&request, log)
	if err != nil {
		return 1, usageError{err}
	}
	return 0, p.buildAndPush(request, context, dockerfile, log)
}

// prepare checks what can be checked beforehand, and finds the context and the Dockerfile.
func (p Process) prepare(request *options.Build, log *logrus.Logger) (context, dockerfile string, err error) {
	if err := checkSecrets(request.Secrets); err != nil {
		return "", "", fmt.Errorf("error resolving secrets: %w", err)
	}
	if !request.Push.NoPush && len(request.Push.Destinations) == 0 {
		return "", "", errors.New("you must provide --destination, or use --no-push")
	}
	if request.Cache && request.Push.NoPush && !request.NoPushCache && request.CacheRepository == "" {
		return "", "", errors.New("cache flags invalid: if using cache with --no-push, specify cache repo with --cache-repo")
	}
	if err := checkFormats(request); err != nil {
		return "", "", err
	}
	context, err = source.Locate(request.Context, request.ContextSubPath, p.KanikoDir, p.Stdin, log)
	if err != nil {
		return "", "", fmt.Errorf("error resolving source context: %w", err)
	}
	dockerfile, err = source.Dockerfile(request.Dockerfile, context)
	if err != nil {
		return "", "", fmt.Errorf("error resolving dockerfile path: %w", err)
	}
	return context, dockerfile, nil
}

// checkSecrets looks whether the secrets are there. No RUN will read them.
func checkSecrets(secrets []flags.Secret) error {
	for _, secret := range secrets {
		if secret.Env != "" {
			if _, set := os.LookupEnv(secret.Env); !set {
				return fmt.Errorf("environment variable for secret %q not set: %s", secret.ID, secret.Env)
			}
		} else if _, err := os.Stat(secret.Source); err != nil {
			return fmt.Errorf("copying secret %s: %w", secret.Source, err)
		}
	}
	return nil
}

// checkFormats refuses what Kaniko refuses: Docker's formats know no zstd.
func checkFormats(request *options.Build) error {
	switch zstd := request.Compression == "zstd"; {
	case zstd && request.ImageFormat == "docker":
		return errors.New("--compression=zstd cannot be used with --image-format=docker, the Docker schema2 format has no zstd layer media type, use --image-format=oci")
	case request.Push.TarPath != "" && request.ImageFormat == "oci":
		return errors.New("--tar-path writes a Docker schema2 tarball and cannot be used with --image-format=oci, use --oci-layout-path to write an OCI image")
	case request.Push.TarPath != "" && zstd:
		return errors.New("--compression=zstd cannot be used with --tar-path, the Docker schema2 tarball has no zstd layer media type, use --oci-layout-path for zstd layers")
	default:
		return nil
	}
}

// buildAndPush is the build proper. Layers lie in a folder of Kaniko's until they are pushed: nothing else may be writable.
func (p Process) buildAndPush(request options.Build, context, dockerfile string, log *logrus.Logger) error {
	client := registry.New(request.Registry, log)
	if err := p.checkPush(client, request, log); err != nil {
		return err
	}
	if request.DryRun {
		return errors.New("the stand-in makes no plan: --dryrun needs the real executor")
	}
	platform, err := platformOf(request.Platform)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.KanikoDir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(p.KanikoDir, "stand-in-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	image, err := build.Build(build.Request{
		Options: request, Registry: client, Log: log, Platform: platform,
		Context: context, Dockerfile: dockerfile, KanikoDir: p.KanikoDir, TempDir: temp,
	})
	if err != nil {
		return fmt.Errorf("error building image: %w", err)
	}
	if err := deliver(image, request.Push, client, log); err != nil {
		return fmt.Errorf("error pushing image: %w", err)
	}
	return nil
}

// checkPush asks the registries beforehand whether they would take the image.
func (p Process) checkPush(client *registry.Client, request options.Build, log *logrus.Logger) error {
	if request.Push.SkipPermissionCheck {
		return nil
	}
	destinations := request.Push.Destinations
	if request.Push.NoPush {
		destinations = nil
		if repository := request.Push.CacheRepositoryCheck; repository != "" && !isLayout(repository) {
			destinations = []string{repository}
		}
	}
	if err := client.CheckPush(destinations); err != nil {
		log.Warn("make sure you entered the correct tag name, that you are authenticated correctly, and try again.")
		return fmt.Errorf("error checking push permissions: %w", err)
	}
	return nil
}

// platformOf reads --custom-platform; without it the platform is this machine's.
func platformOf(text string) (v1.Platform, error) {
	if text == "" {
		return v1.Platform{OS: "linux", Architecture: runtime.GOARCH}, nil
	}
	platform, err := v1.ParsePlatform(text)
	if err != nil {
		return v1.Platform{}, fmt.Errorf("Invalid platform %q: %w", text, err) //nolint:staticcheck // Kaniko's words
	}
	return *platform, nil
}

// isLayout says whether a cache is a folder rather than a repository.
func isLayout(repository string) bool {
	return len(repository) > 4 && repository[:4] == "oci:" || filepath.IsAbs(repository)
}
