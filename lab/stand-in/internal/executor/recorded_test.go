package executor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hybrid-kubernetes-build.io/lab/recordings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// seconds is the time in a log line, which no two runs share.
var seconds = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// asRecorded gives the stand-in's output the names of the recordings.
func (l *lab) asRecorded(out string) string {
	out = strings.NewReplacer(l.kanikoDir, "/kaniko", l.host, "10.244.0.1:5000", "127.0.0.1:1", "10.244.0.1:5999").Replace(out)
	return seconds.ReplaceAllString(out, "TIME")
}

// What fails without a RUN fails with the very output of the recorded executor.
func TestFailuresPrintWhatKanikoPrints(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown-flag":       {"--no-such-flag"},
		"dockerfile-missing": nil,
		"parse-error":        nil,
		"target-missing":     {"--target=nope"},
		"copy-missing":       nil,
		"push-unreachable":   {"--destination=127.0.0.1:1/team/app:1"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.base("library/busybox:latest", files{"bin/busybox": "busybox"}, v1.Config{})
			context := files{"other": "x"}
			if dockerfile, err := os.ReadFile(filepath.Join("..", "..", "..", "recordings", name, "Dockerfile")); err == nil {
				context["Dockerfile"] = strings.ReplaceAll(string(dockerfile), "10.244.0.1:5000", l.host)
			}
			if name != "push-unreachable" {
				args = append(args, "--destination="+l.host+"/fail:1")
			}
			code, out := l.run(context, args...)
			if code != 1 {
				t.Errorf("exit code %d", code)
			}
			if want := seconds.ReplaceAllString(recorded(t, name), "TIME"); l.asRecorded(out) != want {
				t.Errorf("printed:\n%s\nrecorded:\n%s", l.asRecorded(out), want)
			}
		})
	}
}

func TestATruncatedContextFilePrintsWhatKanikoPrints(t *testing.T) {
	l := newLab(t)
	archive := archived(t, files{"Dockerfile": "FROM scratch\n", "a": strings.Repeat("some text ", 1000)}, true)
	path := filepath.Join(t.TempDir(), "context.tar.gz")
	if err := os.WriteFile(path, archive[:len(archive)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := l.runWith(os.Stdin, "--context=tar://"+path, "--log-format=json", "-d", l.host+"/app:1")
	if want := seconds.ReplaceAllString(recorded(t, "bad-context"), "TIME"); code != 1 || l.asRecorded(out) != want {
		t.Errorf("exit code %d, printed:\n%s", code, out)
	}
}

// The lines around RUN are those of a recorded build, in its order.
func TestABuildPrintsWhatKanikoPrints(t *testing.T) {
	l := newLab(t)
	l.base("library/busybox:latest", files{"bin/busybox": "busybox"}, v1.Config{})
	_, out := l.run(files{"a": "a", "Dockerfile": "FROM " + l.host + "/library/busybox:latest\nCOPY a /a\n"}, "--destination="+l.host+"/first:1", "--destination="+l.host+"/second/app:v2")
	digests := regexp.MustCompile(`sha256:[0-9a-f]{64}`)
	got := messages(t, digests.ReplaceAllString(l.asRecorded(out), "DIGEST"))
	want := messages(t, digests.ReplaceAllString(recorded(t, "two-destinations"), "DIGEST"))
	want = strings.ReplaceAll(want, "RUN echo a > /a", "COPY a /a")
	for _, ofRun := range []string{"Initializing snapshotter ...", "Taking snapshot of full filesystem...", "Cmd: /bin/sh", "Args: [-c echo a > /a]", "Running: [/bin/sh -c echo a > /a]"} {
		want = strings.ReplaceAll(want, ofRun+"\n", "")
	}
	if got = strings.ReplaceAll(got, "Taking snapshot of files...\n", ""); got != want {
		t.Errorf("printed:\n%s\nrecorded:\n%s", got, want)
	}
}

// messages are the messages of JSON lines.
func messages(t *testing.T, out string) string {
	t.Helper()
	var list strings.Builder
	for line := range strings.Lines(out) {
		var event struct{ Level, Msg, Time string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		list.WriteString(event.Msg + "\n")
	}
	return list.String()
}

func TestTheOtherLogFormats(t *testing.T) {
	for format, name := range map[string]string{"text": "format-text", "color": "format-color"} {
		l := newLab(t)
		_, out := l.run(trivial, "--log-format="+format, "-d", l.host+"/fmt:1")
		got, _, _ := strings.Cut(l.asRecorded(out), "\n")
		want, _, _ := strings.Cut(seconds.ReplaceAllString(recorded(t, name), "TIME"), "\n")
		if got != want {
			t.Errorf("%s begins with\n%q, recorded is\n%q", format, got, want)
		}
	}
}

func TestReplayingARecording(t *testing.T) {
	l := newLab(t)
	for name, want := range map[string]struct {
		code    int
		message string
	}{
		"run-fails-exit-42":     {42, ""},
		"two-destinations":      {0, "sha256:5b66e7970042d6aec956659f3e2c8b15d0d6fb06e1597ec92419e9c8c059ee61"},
		"push-unreachable-late": {1, "sha256:6ec95e76a4b503a8fc700b6dcabfab4f5570ca922bcdb796573c334a89aee497"},
		"image-missing":         {1, ""},
	} {
		digestFile := filepath.Join(t.TempDir(), "digest")
		sent := piped(t, archived(t, trivial, true))
		var out strings.Builder
		process := Process{
			Args:      []string{"--context=tar://stdin", "--digest-file=" + digestFile, "-d", l.host + "/app:1", "--log-format=json"},
			KanikoDir: t.TempDir(), Recording: name, Stdin: sent, Stdout: &out, Stderr: &out,
		}
		if code := process.Run(); code != want.code {
			t.Errorf("%s ends with %d", name, code)
		}
		if log := recorded(t, name); log != "" && out.String() != log {
			t.Errorf("%s printed:\n%s", name, out.String())
		}
		if message, _ := os.ReadFile(digestFile); string(message) != want.message {
			t.Errorf("%s left the message %q", name, message)
		}
	}
}

func TestCommandsThatAreNotThere(t *testing.T) {
	l := newLab(t)
	if code, out := l.runWith(os.Stdin, "--help"); code != 0 || out != recordings.ExecutorHelp {
		t.Errorf("--help ends with %d:\n%s", code, out)
	}
	for _, command := range []string{"no-such-command", "login"} {
		if code, _ := l.runWith(os.Stdin, command); code != 1 {
			t.Errorf("%s ends with %d", command, code)
		}
	}
}
