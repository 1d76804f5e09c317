package executor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// piped returns bytes as a standard input.
func piped(t *testing.T, content []byte) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	go func() {
		_, _ = writer.Write(content)
		_ = writer.Close()
	}()
	return reader
}

func TestAContextFromStandardInput(t *testing.T) {
	l := newLab(t)
	archive := archived(t, files{"sub/a": "a", "sub/file/Dockerfile.x": "FROM scratch\nCOPY a /\n"}, true)
	code, out := l.runWith(piped(t, archive), "--context=tar://stdin", "--context-sub-path=sub", "-f", "file/Dockerfile.x", "-d", l.host+"/app:1")
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	if got := filesOf(t, l.image("app:1"))["/a"].content; got != "a" {
		t.Errorf("/a holds %q", got)
	}
}

func TestATruncatedContextFails(t *testing.T) {
	l := newLab(t)
	archive := archived(t, files{"Dockerfile": "FROM scratch\nCOPY a /\n", "a": strings.Repeat("some text ", 10_000)}, true)
	for _, length := range []int{0, 5, len(archive) / 2} {
		code, out := l.runWith(piped(t, archive[:length]), "--context=tar://stdin", "-d", l.host+"/app:1")
		if code != 1 || !strings.Contains(out, "Error: error resolving source context: ") || !strings.Contains(out, "\nUsage:\n  executor [flags]\n") {
			t.Errorf("cut at %d it ends with %d:\n%s", length, code, out)
		}
	}
}

func TestAFolderAsContext(t *testing.T) {
	l := newLab(t)
	folder := t.TempDir()
	for path, content := range trivial {
		if err := os.WriteFile(filepath.Join(folder, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, context := range []string{folder, "dir://" + folder} {
		if code, out := l.runWith(os.Stdin, "--context="+context, "-d", l.host+"/app:1"); code != 0 {
			t.Errorf("%s ends with %d:\n%s", context, code, out)
		}
	}
}

func TestNothingIsUnpackedOutsideTheContext(t *testing.T) {
	l := newLab(t)
	outside := filepath.Join(t.TempDir(), "outside")
	code, _ := l.run(files{"Dockerfile": "FROM scratch\nCOPY . /\n", "../../up": "up", "link": "-> " + filepath.Dir(outside)}, "-d", l.host+"/app:1")
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if got := filesOf(t, l.image("app:1")); got["/up"].content != "up" {
		t.Errorf("the context holds %v", got)
	}
	if code, out := l.run(files{"link": "-> " + filepath.Dir(outside), "Dockerfile": "FROM scratch\nCOPY link/outside /\n"}, "-d", l.host+"/app:1"); code != 1 {
		t.Errorf("what a link points to outside was copied:\n%s", out)
	}
}
