package executor

import (
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/options"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/replay"

	"github.com/sirupsen/logrus"
)

// stdinContext is the context that is sent to the executor while it runs.
const stdinContext = "tar://stdin"

// replay plays a recorded build to its end. A context that is sent is read, or its sender would wait for ever.
func (p Process) replay(request options.Build, log *logrus.Logger) (int, error) {
	if p.Recording == replay.Hang {
		return p.hang(request, log), nil
	}
	recording, err := replay.Load(p.Recording)
	if err != nil {
		return 1, err
	}
	if request.Context == stdinContext {
		_, _ = io.Copy(io.Discard, p.Stdin)
	}
	if err := recording.Play(p.Stderr, time.Sleep); err != nil {
		return 1, err
	}
	if recording.Message != "" {
		if err := writeFile(request.Push.DigestFile, recording.Message); err != nil {
			return 1, err
		}
	}
	if recording.Reason == "OOMKilled" {
		replay.RunOutOfMemory()
	}
	return recording.ExitCode, nil
}

// hang begins as every build does, and then waits: for tests of cancelling and of timeouts.
func (p Process) hang(request options.Build, log *logrus.Logger) int {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	log.Info(featureFlags)
	if request.Context == stdinContext {
		log.Info("To simulate EOF and exit, press 'Ctrl+D'")
		go func() { _, _ = io.Copy(io.Discard, p.Stdin) }()
	}
	log.Info("credential providers by priority: [env, google, ecr, acr, gitlab]")
	log.Info("Retrieving image manifest hang")
	<-terminated
	return 128 + int(syscall.SIGTERM)
}
