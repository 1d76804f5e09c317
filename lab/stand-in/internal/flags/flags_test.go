package flags

import (
	"strings"
	"testing"

	"hybrid-kubernetes-build.io/lab/recordings"
)

// pflag lays the flags out again: a flag lost, a wrong type, default or shorthand shows as a difference.
func TestFlagsEqualTheRecordedHelp(t *testing.T) {
	for command, help := range map[string]string{"executor": recordings.ExecutorHelp, "push": recordings.PushHelp} {
		set, err := FromHelp(command, help)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := set.FlagUsages(), strings.TrimRight(section(help), "\n")+"\n"; got != want {
			t.Errorf("%s: flags differ from the help\ngot:\n%s\nwant:\n%s", command, got, want)
		}
	}
}

func TestFlagsTakeTheirForms(t *testing.T) {
	set, err := FromHelp("executor", recordings.ExecutorHelp)
	if err != nil {
		t.Fatal(err)
	}
	arguments := []string{
		"-d", "a/b:1", "--destination=c/d:2", "--build-arg=A=1,2", "--target=one,two", "--cache=false", "--no-push",
		"--cache-ttl=24h", "--push-retry=3", "--registry-map=docker.io=a;docker.io=b", "--registry-certificate=r=/c",
		"--compression=gzip", "--image-format=oci", "--git=branch=main", "--secret=id=token,env=TOKEN",
	}
	if err := set.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"destination": "a/b:1,c/d:2", "build-arg": "A=1,2", "cache-ttl": "24h0m0s", "target": "[one,two]"} {
		if got := set.Lookup(name).Value.String(); got != want {
			t.Errorf("--%s is %q, want %q", name, got, want)
		}
	}
}

func TestWrongValuesAreRefused(t *testing.T) {
	for _, argument := range []string{
		"--cache=maybe", "--push-retry=x", "--cache-ttl=24", "--compression=lz4", "--image-format=x", "--git=main",
		"--secret=token", "--secret=id=a,src=/f,env=E", "--annotation=x", "--registry-map=x",
	} {
		set, err := FromHelp("executor", recordings.ExecutorHelp)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Parse([]string{argument}); err == nil {
			t.Errorf("%s was taken", argument)
		}
	}
}
