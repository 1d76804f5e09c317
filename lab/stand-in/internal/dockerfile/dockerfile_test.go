package dockerfile

import (
	"io"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/sirupsen/logrus"
)

var amd64 = v1.Platform{OS: "linux", Architecture: "amd64"}

func parse(t *testing.T, content string) File {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	file, err := Parse([]byte(content), log)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestNeededStages(t *testing.T) {
	file := parse(t, "FROM a AS one\nFROM b AS two\nFROM One AS three\nFROM c\nCOPY --from=1 /x /y\nCOPY --from=image /x /z\n")
	bases := []string{"a", "b", "One", "c"}
	for _, test := range []struct {
		targets []string
		want    []int
	}{
		{nil, []int{1, 3}},
		{[]string{"three"}, []int{0, 2}},
		{[]string{"TWO"}, []int{1}},
		{[]string{"0"}, []int{0}},
		{[]string{"three", "two"}, []int{0, 1, 2}},
	} {
		targets, err := file.Targets(test.targets)
		if err != nil {
			t.Fatal(err)
		}
		if got := file.Needed(targets, bases); !slices.Equal(got, test.want) {
			t.Errorf("targets %v need stages %v, want %v", test.targets, got, test.want)
		}
	}
	for _, name := range []string{"nope", "4", "-1"} {
		if _, err := file.Targets([]string{name}); err == nil {
			t.Errorf("target %q was found", name)
		}
	}
}

func TestVariables(t *testing.T) {
	file := parse(t, "ARG A=1\nARG B=${A}-b\nARG C\nFROM base:$B\nARG A\nARG C=c\nARG D=\"x y\"\nARG TARGETARCH\nARG E\n")
	for _, test := range []struct {
		given        []string
		base, inside string
	}{
		{nil, "base:1-b", "1|c|x y|amd64||env"},
		{[]string{"A=2", "C=given", "E=e", "B=b"}, "base:b", "2|given|x y|amd64|e|env"},
	} {
		global, err := file.NewScope(test.given, amd64)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := global.Base("base:$B"); got != test.base {
			t.Errorf("FROM base:$B with %v is %s", test.given, got)
		}
		scope, env := global.Stage(nil), []string{"A=of env", "F=env"}
		for _, command := range file.Stages[0].Commands {
			if err := scope.Declare(command.(*instructions.ArgCommand), env); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := scope.Word("$A|$C|$D|$TARGETARCH|$E|$F", env); got != test.inside {
			t.Errorf("inside, with %v: %s", test.given, got)
		}
		scope.Forget("A")
		if got, _ := scope.Word("$A", env); got != "of env" {
			t.Errorf("after ENV A it is %q", got)
		}
	}
}

func TestAPathKeepsItsLastSlash(t *testing.T) {
	file := parse(t, "FROM scratch\n")
	scope, err := file.NewScope(nil, amd64)
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"/a//b/": "/a/b/", "./x": "x", "/": "/", "$D/c": "/d/c"} {
		if got, err := scope.Path(word, []string{"D=/d"}); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", word, got, err, want)
		}
	}
}
