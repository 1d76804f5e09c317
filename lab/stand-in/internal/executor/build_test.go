package executor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func TestABuildPushesWhatTheDockerfileSays(t *testing.T) {
	l := newLab(t)
	l.base("base:1", files{"etc/passwd": "root:x:0:0::/:\napp:x:1001:1002::/:\n", "etc/group": "app:x:1002:\n", "usr/bin/tool": "tool", "bin": "-> usr/bin"},
		v1.Config{Env: []string{"PATH=/bin", "KEPT=yes"}, Cmd: []string{"base"}, Labels: map[string]string{"from": "base"}})
	dockerfile := strings.ReplaceAll(`ARG VERSION=1
ARG BASE=HOST/base:1
FROM ${BASE} AS build
ARG VERSION
WORKDIR /src
COPY . .
ENV MADE=$VERSION
FROM $BASE
LABEL title="an app" version=${VERSION}
ARG VERSION
ENV APP=/app KEPT=changed-$VERSION
WORKDIR $APP
COPY --from=build /src/dir /app/dir
COPY --from=build --chown=7:8 /src/run.sh /src/a.txt ./
COPY --chown=app:app --chmod=600 a.txt secret
COPY *.txt /texts/
COPY run.sh /bin/
ADD archive.tar /unpacked
COPY <<EOF /inline
hello
EOF
EXPOSE 8080 53/udp
VOLUME /data
STOPSIGNAL SIGINT
USER app
HEALTHCHECK --interval=5s CMD true
COPY a.txt /owned
ENTRYPOINT ["/app/run.sh"]
`, "HOST", l.host)
	context := files{
		"Dockerfile": dockerfile, "a.txt": "a", "b.txt": "b", "run.sh": "#!", "dir/": "", "dir/deep/c": "c", "dir/link": "-> deep/c",
		"archive.tar": string(archived(t, files{"x/y": "y"}, false)), "ignored/file": "no", ".dockerignore": "ignored\n",
	}
	digestFile := filepath.Join(t.TempDir(), "new", "digest")
	out := l.build(context, "--destination="+l.host+"/app:1", "-d", l.host+"/second/app:v2", "--digest-file="+digestFile,
		"--build-arg=VERSION=2", "--label=extra=a=b", "--annotation=note=x")

	image := l.image("app:1")
	digest := must(image.Digest()).String()
	if second := must(l.image("second/app:v2").Digest()).String(); second != digest {
		t.Errorf("the destinations differ: %s and %s", digest, second)
	}
	if written := string(must(os.ReadFile(digestFile))); written != digest {
		t.Errorf("the digest file says %q, the registry %s", written, digest)
	}
	if !strings.Contains(out, `"msg":"Pushed `+l.host+`/second/app@`+digest+`"`) {
		t.Errorf("the push is not logged:\n%s", out)
	}
	if got := must(image.Manifest()).Annotations; got["note"] != "x" {
		t.Errorf("annotations: %v", got)
	}
	checkConfig(t, must(image.ConfigFile()))
	checkFiles(t, filesOf(t, image), map[string]file{
		"/app/dir/deep/c": {0o644, 0, 0, "c"},
		"/app/dir/link":   {0o777, 0, 0, "-> deep/c"},
		"/app/run.sh":     {0o755, 7, 8, "#!"},
		"/app/a.txt":      {0o644, 7, 8, "a"},
		"/app/secret":     {0o600, 1001, 1002, "a"},
		"/texts/a.txt":    {0o644, 0, 0, "a"},
		"/texts/b.txt":    {0o644, 0, 0, "b"},
		"/usr/bin/run.sh": {0o755, 0, 0, "#!"},
		"/bin":            {0o777, 0, 0, ""},
		"/unpacked/x/y":   {0o644, 0, 0, "y"},
		"/inline":         {0o644, 0, 0, "hello\n"},
		"/owned":          {0o644, 1001, 1001, "a"},
		"/usr/bin/tool":   {0o644, 0, 0, "tool"},
	})
	for path := range filesOf(t, image) {
		if strings.HasPrefix(path, "/src") || strings.Contains(path, "ignored") {
			t.Errorf("%s is in the image", path)
		}
	}
}

func checkFiles(t *testing.T, got, want map[string]file) {
	t.Helper()
	for path, want := range want {
		got, found := got[path]
		if !found {
			t.Errorf("%s is missing", path)
		} else if path == "/bin" {
			if got.content != "-> usr/bin" {
				t.Errorf("COPY replaced the link /bin by %+v", got)
			}
		} else if got != want {
			t.Errorf("%s is %+v, want %+v", path, got, want)
		}
	}
}

func checkConfig(t *testing.T, got *v1.ConfigFile) {
	t.Helper()
	want := v1.Config{
		Env:          []string{"PATH=/bin", "KEPT=changed-2", "APP=/app"},
		Labels:       map[string]string{"from": "base", "title": "an app", "version": "", "extra": "a=b"},
		WorkingDir:   "/app",
		User:         "app",
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "53/udp": {}},
		Volumes:      map[string]struct{}{"/data": {}},
		StopSignal:   "SIGINT",
		Entrypoint:   []string{"/app/run.sh"},
		Healthcheck:  &v1.HealthConfig{Test: []string{"CMD-SHELL", "true"}, Interval: 5e9},
	}
	if !reflect.DeepEqual(got.Config, want) {
		t.Errorf("config is\n%s, want\n%s", must(json.Marshal(got.Config)), must(json.Marshal(want)))
	}
	if got.OS != "linux" || got.Architecture != "amd64" || got.Created.IsZero() {
		t.Errorf("the image is %s/%s of %s", got.OS, got.Architecture, got.Created)
	}
}

func TestTargetBuildsOnlyWhatItNeeds(t *testing.T) {
	l := newLab(t)
	context := files{"a": "a", "Dockerfile": `FROM scratch AS one
COPY a /one
FROM scratch AS never
RUN this would be refused
FROM one AS two
COPY a /two
FROM never
`}
	l.build(context, "-d", l.host+"/app:1", "--target=two")
	got := filesOf(t, l.image("app:1"))
	if len(got) != 2 || got["/one"].content != "a" || got["/two"].content != "a" {
		t.Errorf("the target holds %v", got)
	}
	if code, out := l.run(context, "-d", l.host+"/app:1"); code != 1 || !strings.Contains(out, "which runs no RUN (line 4: RUN this would be refused)") {
		t.Errorf("a needed RUN ends with %d:\n%s", code, out)
	}
}

func TestOnbuildOfTheBaseIsCarriedOut(t *testing.T) {
	l := newLab(t)
	l.base("base:1", files{"x": "x"}, v1.Config{OnBuild: []string{"ENV A=1", "COPY a /onbuild"}})
	l.build(files{"a": "a", "Dockerfile": "FROM " + l.host + "/base:1\nONBUILD USER me\n"}, "-d", l.host+"/app:1")
	image := l.image("app:1")
	if got := must(image.ConfigFile()).Config; len(got.OnBuild) != 1 || got.OnBuild[0] != "USER me" || got.Env[len(got.Env)-1] != "A=1" {
		t.Errorf("config is %+v", got)
	}
	if filesOf(t, image)["/onbuild"].content != "a" {
		t.Error("ONBUILD COPY was not carried out")
	}
}

func TestCopyFromAnImage(t *testing.T) {
	l := newLab(t)
	l.base("tools:1", files{"usr/bin/": "", "usr/bin/tool.sh": "tool", "bin": "-> usr/bin"}, v1.Config{})
	l.build(files{"Dockerfile": "FROM scratch\nCOPY --from=" + l.host + "/tools:1 /bin/tool.sh /tool\n"}, "-d", l.host+"/app:1")
	if got := filesOf(t, l.image("app:1"))["/tool"]; got != (file{0o755, 0, 0, "tool"}) {
		t.Errorf("/tool is %+v", got)
	}
}

func TestOutputsBesideARegistry(t *testing.T) {
	l := newLab(t)
	folder := t.TempDir()
	paths := map[string]string{}
	args := []string{"--no-push", "--destination=" + l.host + "/app:1"}
	for _, flag := range []string{"digest-file", "tar-path", "image-name-with-digest-file"} {
		paths[flag] = filepath.Join(folder, flag)
		args = append(args, "--"+flag+"="+paths[flag])
	}
	out := l.build(files{"a": "a", "Dockerfile": "FROM scratch\nCOPY a /\n"}, args...)
	digest := string(must(os.ReadFile(paths["digest-file"])))
	if got := string(must(os.ReadFile(paths["image-name-with-digest-file"]))); got != l.host+"/app@"+digest+"\n" {
		t.Errorf("the name file says %q", got)
	}
	if got := must(must(load(paths["tar-path"])).ConfigName()); got.Hex == "" {
		t.Error("the archive holds no image")
	}
	if !strings.Contains(out, "Skipping push to container registry due to --no-push flag") || strings.Contains(out, "Pushed") {
		t.Errorf("--no-push is not logged:\n%s", out)
	}
}

func TestALayoutIsPushedBySecondCommand(t *testing.T) {
	l := newLab(t)
	folder := filepath.Join(t.TempDir(), "layout")
	digestFile := filepath.Join(t.TempDir(), "digest")
	l.build(files{"a": "a", "Dockerfile": "FROM scratch\nCOPY a /\n"}, "--no-push", "--oci-layout-path="+folder, "--digest-file="+digestFile)
	if code, out := l.runWith(os.Stdin, "push", folder, "-d", l.host+"/app:1"); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	if got := must(l.image("app:1").Digest()).String(); got != string(must(os.ReadFile(digestFile))) {
		t.Errorf("pushed is %s", got)
	}
}

func TestImageFormatAndReproducibility(t *testing.T) {
	l := newLab(t)
	l.base("base:1", files{"x": "x"}, v1.Config{})
	context := files{"a": "a", "Dockerfile": "FROM " + l.host + "/base:1\nCOPY a /\n"}
	var digests []string
	for range 2 {
		l.build(context, "-d", l.host+"/app:1", "--image-format=oci", "--reproducible")
		digests = append(digests, must(l.image("app:1").Digest()).String())
	}
	if digests[0] != digests[1] {
		t.Errorf("two reproducible builds differ: %v", digests)
	}
	manifest := must(l.image("app:1").Manifest())
	if manifest.MediaType != types.OCIManifestSchema1 || manifest.Config.MediaType != types.OCIConfigJSON {
		t.Errorf("the manifest is %s, the config %s", manifest.MediaType, manifest.Config.MediaType)
	}
	for _, layer := range manifest.Layers {
		if layer.MediaType != types.OCILayer {
			t.Errorf("a layer is %s", layer.MediaType)
		}
	}
}
