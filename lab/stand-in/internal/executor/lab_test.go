package executor

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hybrid-kubernetes-build.io/lab/recordings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// files are the files of a context or layer: path → content; a path with a slash at its end is a folder,
// content that begins with "-> " is a link.
type files map[string]string

// lab is a registry in this process, and a folder for Kaniko's files.
type lab struct {
	t         *testing.T
	host      string
	kanikoDir string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	server := httptest.NewServer(newRegistry())
	t.Cleanup(server.Close)
	return &lab{t: t, host: strings.TrimPrefix(server.URL, "http://"), kanikoDir: t.TempDir()}
}

func newRegistry() http.Handler {
	return registry.New(registry.Logger(log.New(io.Discard, "", 0)))
}

// run runs the executor with a context archive of the given files, and returns its exit code and what it printed.
func (l *lab) run(context files, args ...string) (int, string) {
	l.t.Helper()
	archive := filepath.Join(l.t.TempDir(), "context.tar.gz")
	if err := os.WriteFile(archive, archived(l.t, context, true), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return l.runWith(os.Stdin, append([]string{"--context=tar://" + archive, "--log-format=json"}, args...)...)
}

func (l *lab) runWith(stdin *os.File, args ...string) (int, string) {
	l.t.Helper()
	l.kanikoDir = l.t.TempDir() // every container has its own
	var out bytes.Buffer
	process := Process{Args: args, KanikoDir: l.kanikoDir, Stdin: stdin, Stdout: &out, Stderr: &out}
	return process.Run(), out.String()
}

// build runs a build that must succeed.
func (l *lab) build(context files, args ...string) string {
	l.t.Helper()
	code, out := l.run(context, args...)
	if code != 0 {
		l.t.Fatalf("exit code %d:\n%s", code, out)
	}
	return out
}

// image pulls what a build has pushed.
func (l *lab) image(reference string) v1.Image {
	l.t.Helper()
	ref, err := name.ParseReference(l.host + "/" + reference)
	if err != nil {
		l.t.Fatal(err)
	}
	image, err := remote.Image(ref)
	if err != nil {
		l.t.Fatal(err)
	}
	return image
}

// base puts a base image into the registry.
func (l *lab) base(reference string, content files, config v1.Config) v1.Image {
	l.t.Helper()
	archive := archived(l.t, content, false)
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive)), nil })
	if err != nil {
		l.t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		l.t.Fatal(err)
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS: "linux", Architecture: "amd64", Config: config, RootFS: must(image.ConfigFile()).RootFS,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	ref, err := name.ParseReference(l.host + "/" + reference)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		l.t.Fatal(err)
	}
	return image
}

// must is for what cannot fail with an image in memory.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func archived(t *testing.T, content files, compress bool) []byte {
	t.Helper()
	var buffer bytes.Buffer
	var out io.WriteCloser = gzip.NewWriter(&buffer)
	if !compress {
		out = plain{&buffer}
	}
	archive := tar.NewWriter(out)
	for path, text := range content {
		header := tar.Header{Name: path, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(text))}
		if target, link := strings.CutPrefix(text, "-> "); link {
			header = tar.Header{Name: path, Mode: 0o777, Typeflag: tar.TypeSymlink, Linkname: target}
		} else if strings.HasSuffix(path, "/") {
			header = tar.Header{Name: path, Mode: 0o755, Typeflag: tar.TypeDir}
		} else if strings.HasSuffix(path, ".sh") {
			header.Mode = 0o755
		}
		if err := archive.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			_, _ = io.WriteString(archive, text)
		}
	}
	if err := errors.Join(archive.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// file is what an image has at a path.
type file struct {
	mode     int64
	uid, gid int
	content  string // of a link: "-> " and its target
}

// filesOf returns an image's files; folders have a slash at their end.
func filesOf(t *testing.T, image v1.Image) map[string]file {
	t.Helper()
	stream := mutate.Extract(image)
	defer stream.Close()
	found := map[string]file{}
	for archive := tar.NewReader(stream); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		entry := file{mode: header.Mode, uid: header.Uid, gid: header.Gid, content: string(content)}
		path := "/" + strings.Trim(header.Name, "/")
		switch header.Typeflag {
		case tar.TypeDir:
			path += "/"
		case tar.TypeSymlink:
			entry.content = "-> " + header.Linkname
		}
		found[path] = entry
	}
}

// recorded is what a recorded build printed, without timestamps.
func recorded(t *testing.T, name string) string {
	t.Helper()
	content, err := recordings.Files.ReadFile(name + "/log.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(content)) {
		_, text, _ := strings.Cut(line, " ")
		out.WriteString(text)
	}
	return out.String()
}
