// Package registry reaches registries as Kaniko does: which are insecure, which certificates hold, which mirrors are asked.
package registry

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/sirupsen/logrus"
)

// Client pulls and pushes images.
type Client struct {
	options options.Registry
	log     *logrus.Logger
	pulled  map[string]v1.Image
}

// New makes a client.
func New(options options.Registry, log *logrus.Logger) *Client {
	return &Client{options: options, log: log, pulled: map[string]v1.Image{}}
}

// keychain finds credentials in Docker's config file. Kaniko has more sources and lists them; the stand-in has
// only the file and lists the same names, for whoever reads the log.
func (c *Client) keychain() authn.Keychain {
	var providers []string
	file := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
	if _, err := os.Stat(file); err == nil {
		providers = append(providers, "file:"+file)
	}
	if helpers := c.options.CredentialHelpers; len(helpers) > 0 {
		providers = append(providers, helpers...)
	} else {
		providers = append(providers, "env", "google", "ecr", "acr", "gitlab")
	}
	c.log.Infof("credential providers by priority: [%s]", strings.Join(providers, ", "))
	return authn.DefaultKeychain
}

// transport trusts a registry as the flags say.
func (c *Client) transport(registry string) (http.RoundTripper, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{}
	if c.options.SkipTLSVerify || slices.Contains(c.options.SkipTLSVerifyOf, registry) {
		transport.TLSClientConfig.InsecureSkipVerify = true
	} else if file := c.options.Certificates[registry]; file != "" {
		pool, err := poolWith(file)
		if err != nil {
			return nil, fmt.Errorf("failed to load certificate %s for %s: %w", file, registry, err)
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	if pair := c.options.ClientCertificates[registry]; pair != "" {
		certificate, key, _ := strings.Cut(pair, ",")
		loaded, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("failed to load client certificate/key '%s' for %s: %w", pair, registry, err)
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{loaded}
	}
	return transport, nil
}

// poolWith returns the system's authorities and those in a file.
func poolWith(file string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool.AppendCertsFromPEM(content)
	return pool, nil
}

// insecure makes a registry one that may be spoken to over plain HTTP.
func insecure(registry string) (name.Registry, error) {
	return name.NewRegistry(registry, name.WeakValidation, name.Insecure)
}
