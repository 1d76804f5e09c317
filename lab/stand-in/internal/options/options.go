// Package options turns parsed flags into what a build needs to know.
package options

import (
	"hybrid-kubernetes-build.io/lab/stand-in/internal/flags"

	"github.com/spf13/pflag"
)

// Build is the request of one invocation of the executor.
type Build struct {
	Registry Registry
	Push     Push

	Context, ContextSubPath, Dockerfile string

	Targets     []string
	BuildArgs   []string
	Labels      []string
	Annotations map[string]string
	Secrets     []flags.Secret
	Platform    string // os/arch[/variant], empty for the machine's

	Cache, NoPushCache, DryRun, Reproducible bool
	CacheRepository                          string

	Compression      string // gzip, zstd or empty for gzip
	CompressionLevel int    // -1 for the algorithm's own default
	ImageFormat      string // docker, oci or empty to inherit the base's
}

// Push says where the image goes, beside and instead of registries.
type Push struct {
	Destinations         []string
	NoPush               bool
	SkipPermissionCheck  bool
	DigestFile           string
	NameDigestFile       string
	NameTagDigestFile    string
	TarPath              string
	OCILayoutPath        string
	CacheRepositoryCheck string // repository to check when nothing else is pushed
}

// Registry says how registries are reached.
type Registry struct {
	Insecure, InsecurePull, SkipTLSVerify    bool
	InsecureRegistries, SkipTLSVerifyOf      []string
	Certificates                             map[string]string
	ClientCertificates                       map[string]string // registry → certificate,key
	Maps                                     map[string][]string
	SkipDefaultFallback, IgnoreImmutableTags bool
	DownloadRetries, PushRetries             int
	CredentialHelpers                        []string
}

// FromFlags reads the flags of a build.
func FromFlags(set *pflag.FlagSet) Build {
	read := reader{set}
	build := Build{
		Registry:         registry(read),
		Context:          read.text("context"),
		ContextSubPath:   read.text("context-sub-path"),
		Dockerfile:       read.text("dockerfile"),
		Targets:          read.words("target"),
		BuildArgs:        read.list("build-arg"),
		Labels:           read.list("label"),
		Annotations:      read.pairs("annotation"),
		Secrets:          read.secrets("secret"),
		Platform:         read.either("custom-platform", "customPlatform"),
		Cache:            read.on("cache"),
		NoPushCache:      read.on("no-push-cache"),
		DryRun:           read.on("dryrun"),
		Reproducible:     read.on("reproducible"),
		CacheRepository:  read.text("cache-repo"),
		Compression:      read.text("compression"),
		CompressionLevel: read.number("compression-level"),
		ImageFormat:      read.text("image-format"),
	}
	build.Push = Push{
		Destinations:        read.list("destination"),
		NoPush:              read.on("no-push"),
		SkipPermissionCheck: read.on("skip-push-permission-check"),
		DigestFile:          read.text("digest-file"),
		NameDigestFile:      read.text("image-name-with-digest-file"),
		NameTagDigestFile:   read.text("image-name-tag-with-digest-file"),
		TarPath:             read.either("tar-path", "tarPath"),
		OCILayoutPath:       read.text("oci-layout-path"),
	}
	if build.Push.NoPush && !build.NoPushCache {
		build.Push.CacheRepositoryCheck = build.CacheRepository
	}
	return build
}

// FromPushFlags reads the flags of `executor push`.
func FromPushFlags(set *pflag.FlagSet) (Push, Registry) {
	read := reader{set}
	push := Push{Destinations: read.list("destination"), SkipPermissionCheck: read.on("skip-push-permission-check")}
	return push, registry(read)
}

// registry reads the flags that both commands share.
func registry(read reader) Registry {
	maps := read.multimap("registry-map")
	for _, mirror := range read.list("registry-mirror") {
		maps["index.docker.io"] = append(maps["index.docker.io"], mirror)
	}
	return Registry{
		Insecure:            read.on("insecure"),
		InsecurePull:        read.on("insecure-pull"),
		SkipTLSVerify:       read.on("skip-tls-verify"),
		InsecureRegistries:  read.list("insecure-registry"),
		SkipTLSVerifyOf:     read.list("skip-tls-verify-registry"),
		Certificates:        read.pairs("registry-certificate"),
		ClientCertificates:  read.pairs("registry-client-cert"),
		Maps:                maps,
		SkipDefaultFallback: read.on("skip-default-registry-fallback"),
		IgnoreImmutableTags: read.on("push-ignore-immutable-tag-errors"),
		DownloadRetries:     read.number("image-download-retry"),
		PushRetries:         read.number("push-retry"),
		CredentialHelpers:   read.list("credential-helpers"),
	}
}
