package executor

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

var trivial = files{"a": "a", "Dockerfile": "FROM scratch\nCOPY a /\n"}

func TestAMirrorServesTheDefaultRegistry(t *testing.T) {
	l := newLab(t)
	l.base("library/busybox:latest", files{"bin/busybox": "busybox"}, v1.Config{})
	context := files{"Dockerfile": "FROM busybox\nWORKDIR /w\n"}
	out := l.build(context, "--registry-mirror="+l.host, "-d", l.host+"/app:1")
	if want := "Retrieving image busybox from mapped registry " + l.host; !strings.Contains(out, want) {
		t.Errorf("not logged: %s\n%s", want, out)
	}
	if filesOf(t, l.image("app:1"))["/bin/busybox"].content != "busybox" {
		t.Error("the base is missing")
	}
	context["Dockerfile"] = "FROM nowhere\n"
	code, out := l.run(context, "--registry-mirror="+l.host, "--skip-default-registry-fallback", "-d", l.host+"/app:1")
	if code != 1 || !strings.Contains(out, "error building image: image not found on any configured mapped registries for ") {
		t.Errorf("an image that the mirror lacks ends with %d:\n%s", code, out)
	}
}

func TestARegistryWithPasswordAndCertificate(t *testing.T) {
	l := newLab(t)
	inner := newRegistry()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "bob" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="lab"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "https://")
	certificate := filepath.Join(t.TempDir(), "ca.crt")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	trusted := "--registry-certificate=" + host + "=" + certificate
	destination := "--destination=" + host + "/app:1"

	if code, out := l.run(trivial, destination, trusted); code != 1 || !strings.Contains(out, "error checking push permissions: ") || !strings.Contains(out, "UNAUTHORIZED") {
		t.Errorf("without a password it ends with %d:\n%s", code, out)
	}
	password(t, host, "bob:wrong")
	if code, out := l.run(trivial, destination, trusted); code != 1 || !strings.Contains(out, "UNAUTHORIZED") {
		t.Errorf("with a wrong password it ends with %d:\n%s", code, out)
	}
	password(t, host, "bob:secret")
	if code, out := l.run(trivial, destination); code != 1 || !strings.Contains(out, "certificate") {
		t.Errorf("untrusted it ends with %d:\n%s", code, out)
	}
	for _, trust := range []string{trusted, "--skip-tls-verify", "--skip-tls-verify-registry=" + host} {
		out := l.build(trivial, destination, trust)
		if want := "credential providers by priority: [file:"; !strings.Contains(out, want) {
			t.Errorf("not logged: %s\n%s", want, out)
		}
	}
}

// password writes Docker's configuration for a registry.
func password(t *testing.T, host, credentials string) {
	t.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(credentials))
	config := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, encoded)
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheDigestIsWrittenEvenIfThePushFails(t *testing.T) {
	l := newLab(t)
	digestFile := filepath.Join(t.TempDir(), "digest")
	code, out := l.run(trivial, "--destination=127.0.0.1:1/app:1", "--skip-push-permission-check", "--digest-file="+digestFile)
	if code != 1 || !strings.Contains(out, "\nerror pushing image: failed to push to destination 127.0.0.1:1/app:1: ") {
		t.Errorf("it ends with %d:\n%s", code, out)
	}
	if digest := string(must(os.ReadFile(digestFile))); !strings.HasPrefix(digest, "sha256:") {
		t.Errorf("the digest file says %q", digest)
	}
}
