package replay

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestRecordingsEndAsTheyWereRecorded(t *testing.T) {
	for name, want := range map[string]struct {
		exitCode        int
		message, reason string
	}{
		"two-destinations":      {0, "sha256:5b66e7970042d6aec956659f3e2c8b15d0d6fb06e1597ec92419e9c8c059ee61", "Completed"},
		"run-fails-exit-42":     {42, "", "Error"},
		"oom-run":               {137, "", "OOMKilled"},
		"push-unreachable-late": {1, "sha256:6ec95e76a4b503a8fc700b6dcabfab4f5570ca922bcdb796573c334a89aee497", "Error"},
	} {
		recording, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if recording.ExitCode != want.exitCode || recording.Message != want.message || recording.Reason != want.reason {
			t.Errorf("%s ends with %d %q %s", name, recording.ExitCode, recording.Message, recording.Reason)
		}
	}
}

func TestWhatNeverRanCannotBeReplayed(t *testing.T) {
	for _, name := range []string{"image-missing", "image-invalid", "no-such-case"} {
		if _, err := Load(name); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
}

func TestPlayStripsTimestampsAndStaysShort(t *testing.T) {
	for _, name := range Names() {
		recording, err := Load(name)
		if err != nil {
			continue // tested above
		}
		var out bytes.Buffer
		var total time.Duration
		err = recording.Play(&out, func(gap time.Duration) {
			if gap > longestGap {
				t.Errorf("%s waits %s at once", name, gap)
			}
			total += gap
		})
		if err != nil {
			t.Fatal(err)
		}
		if total > longestPlay+time.Millisecond {
			t.Errorf("%s lasts %s", name, total)
		}
		if strings.Contains(out.String(), "\n2026-11-23T") {
			t.Errorf("%s still has timestamps", name)
		}
	}
}

func TestPlayKeepsALastLineWithoutLineEnd(t *testing.T) {
	recording, err := Load("push-authorized")
	if err != nil {
		t.Fatal(err)
	}
	if last := recording.Lines[len(recording.Lines)-1].Text; strings.HasSuffix(last, "\n") {
		t.Errorf("the last line %q was given a line end", last)
	}
}
