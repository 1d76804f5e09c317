// Package executor is the command line of the stand-in: Kaniko's commands, flags, messages and exit codes.
package executor

import (
	"errors"
	"fmt"
	"io"
	"os"

	"hybrid-kubernetes-build.io/lab/recordings"
	"hybrid-kubernetes-build.io/lab/stand-in/internal/flags"

	"github.com/sirupsen/logrus"
	"github.com/spf13/pflag"
)

// Process is one run of the executor.
type Process struct {
	Args           []string
	KanikoDir      string // Kaniko's own folder, the only one that need be writable
	Recording      string // the recorded case to replay, empty to build
	Stdin          *os.File
	Stdout, Stderr io.Writer
}

// usageError is an error after which Kaniko prints its flags.
type usageError struct{ error }

// Run does what the arguments say and returns the exit code.
func (p Process) Run() int {
	command, help, arguments := p.build, recordings.ExecutorHelp, p.Args
	if len(p.Args) > 0 {
		switch first := p.Args[0]; first {
		case "version":
			fmt.Fprintln(p.Stdout, "Kaniko version :  v1.28.3 (stand-in)")
			return 0
		case "push":
			command, help, arguments = p.push, recordings.PushHelp, p.Args[1:]
		case "login", "completion", "help":
			return p.fail(fmt.Errorf("the stand-in has no command %q", first), help)
		default:
			if first != "" && first[0] != '-' {
				fmt.Fprintf(p.Stderr, "Error: unknown command %q for \"executor\"\nRun 'executor --help' for usage.\n", first)
				return 1
			}
		}
	}
	set, err := flags.FromHelp("executor", help)
	if err != nil {
		return p.fail(err, help)
	}
	if err := set.Parse(arguments); err != nil {
		return p.fail(usageError{err}, help)
	}
	if wanted, _ := set.GetBool("help"); wanted {
		fmt.Fprint(p.Stdout, help)
		return 0
	}
	code, err := command(set)
	if err != nil {
		return p.fail(err, help)
	}
	return code
}

// fail prints an error as Kaniko does, and returns the exit code that goes with it.
func (p Process) fail(err error, help string) int {
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(p.Stderr, "Error: %v\n%s\n", err, flags.Usage(help))
	} else {
		fmt.Fprintln(p.Stderr, err)
	}
	return 1
}

// newLog makes the log that the flags ask for: Kaniko logs with logrus, so the stand-in does.
func (p Process) newLog(level, format string, timestamps bool) (*logrus.Logger, error) {
	parsed, err := logrus.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("parsing log level: %w", err)
	}
	log := logrus.New()
	log.SetOutput(p.Stderr)
	log.SetLevel(parsed)
	switch format {
	case "json":
		log.SetFormatter(&logrus.JSONFormatter{})
	case "text":
		log.SetFormatter(&logrus.TextFormatter{DisableColors: true, FullTimestamp: timestamps})
	case "color":
		log.SetFormatter(&logrus.TextFormatter{ForceColors: true, FullTimestamp: timestamps})
	default:
		return nil, fmt.Errorf("not a valid log format: %q. Please specify one of (text, color, json)", format)
	}
	return log, nil
}

// logOf makes the log of a build.
func (p Process) logOf(set *pflag.FlagSet) (*logrus.Logger, error) {
	timestamps, _ := set.GetBool("log-timestamp")
	return p.newLog(set.Lookup("verbosity").Value.String(), set.Lookup("log-format").Value.String(), timestamps)
}
