// Package replay plays recordings of real Kaniko builds.
package replay

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"hybrid-kubernetes-build.io/lab/recordings"
)

// Hang is the name of the one case that is no recording: it begins a build and then waits until it is ended.
const Hang = "hang"

// Line is one line of a log, without its timestamp and with its line end, if it had one.
type Line struct {
	Time time.Time
	Text string
}

// Recording is what one real build printed and how it ended.
type Recording struct {
	Lines    []Line
	ExitCode int
	Message  string // the termination message, empty if there was none
	Reason   string // Kubernetes' word for the end: Completed, Error, OOMKilled
}

// Load reads a recorded case.
func Load(name string) (Recording, error) {
	log, err := fs.ReadFile(recordings.Files, name+"/log.txt")
	if err != nil {
		return Recording{}, fmt.Errorf("there is no recording %q, only %s and %s", name, strings.Join(Names(), ", "), Hang)
	}
	lines, err := parseLog(string(log))
	if err != nil {
		return Recording{}, fmt.Errorf("recording %s: %w", name, err)
	}
	recording := Recording{Lines: lines}
	if err := recording.readEnd(name); err != nil {
		return Recording{}, fmt.Errorf("recording %s: %w", name, err)
	}
	return recording, nil
}

// Names lists the recorded cases.
func Names() []string {
	entries, _ := fs.ReadDir(recordings.Files, ".") // an embedded folder can be read
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// parseLog splits what `kubectl logs --timestamps` wrote; the last line may lack its line end, and keeps lacking it.
func parseLog(log string) ([]Line, error) {
	var lines []Line
	for text := range strings.Lines(log) {
		stamp, rest, _ := strings.Cut(text, " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil {
			return nil, err
		}
		lines = append(lines, Line{Time: at, Text: rest})
	}
	return lines, nil
}

// readEnd reads how the container ended from the pod's recorded status.
func (r *Recording) readEnd(name string) error {
	content, err := fs.ReadFile(recordings.Files, name+"/result.json")
	if err != nil {
		return err
	}
	var result struct {
		PodStatus struct {
			ContainerStatuses []struct {
				State struct {
					Terminated *struct {
						ExitCode        int
						Message, Reason string
					}
				}
			}
		}
	}
	if err := json.Unmarshal(content, &result); err != nil {
		return err
	}
	for _, status := range result.PodStatus.ContainerStatuses {
		if end := status.State.Terminated; end != nil {
			r.ExitCode, r.Message, r.Reason = end.ExitCode, end.Message, end.Reason
			return nil
		}
	}
	return fmt.Errorf("its container never ran, there is nothing to replay")
}
