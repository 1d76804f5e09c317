package build

import (
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// carryOut carries one instruction out and logs it.
func (s *stage) carryOut(command instructions.Command) error {
	var err error
	switch command := command.(type) {
	case *instructions.CopyCommand:
		err = s.copyCommand(command)
	case *instructions.AddCommand:
		err = s.addCommand(command)
	default:
		s.Log.Info(fmt.Sprint(command))
		err = executing(s.configure(command))
	}
	if err != nil {
		return err
	}
	if !onlyMetadata(command) || s.Options.Cache {
		s.Log.Info("Taking snapshot of files...")
	}
	return nil
}

// executing says of an error that it came while an instruction was carried out, not before.
func executing(err error) error {
	if err != nil {
		return fmt.Errorf("failed to execute command: %w", err)
	}
	return nil
}

// configure carries out an instruction that changes the configuration, and at most makes a folder.
func (s *stage) configure(command instructions.Command) error {
	switch command := command.(type) {
	case *instructions.ArgCommand:
		return s.scope.Declare(command, s.config.Env)
	case *instructions.EnvCommand:
		return s.env(command.Env)
	case *instructions.LabelCommand:
		return s.label(command.Labels)
	case *instructions.WorkdirCommand:
		return s.workdir(command)
	case *instructions.UserCommand:
		s.Log.Info("Cmd: USER")
		return s.set(&s.config.User, command.User)
	case *instructions.StopSignalCommand:
		s.Log.Info("Cmd: STOPSIGNAL")
		err := s.set(&s.config.StopSignal, command.Signal)
		s.Log.Infof("Replacing StopSignal in config with %s", s.config.StopSignal)
		return err
	case *instructions.ExposeCommand:
		return s.expose(command.Ports)
	case *instructions.VolumeCommand:
		return s.volume(command.Volumes)
	case *instructions.EntrypointCommand:
		s.config.Entrypoint = s.commandLine(command.ShellDependantCmdLine)
	case *instructions.CmdCommand:
		s.config.Cmd = s.commandLine(command.ShellDependantCmdLine)
		s.config.ArgsEscaped = false
	case *instructions.ShellCommand:
		s.config.Shell = command.Shell
	case *instructions.OnbuildCommand:
		s.Log.Info("Cmd: ONBUILD")
		s.Log.Infof("Args: %s", command.Expression)
		s.config.OnBuild = append(s.config.OnBuild, command.Expression)
	case *instructions.HealthCheckCommand:
		health := command.Health
		s.config.Healthcheck = &v1.HealthConfig{
			Test: health.Test, Interval: health.Interval, Timeout: health.Timeout, StartPeriod: health.StartPeriod, Retries: health.Retries,
		}
	default:
		return fmt.Errorf("the stand-in does not know %s", command.Name())
	}
	return nil
}

// set gives a field the value of a word.
func (s *stage) set(field *string, word string) (err error) {
	*field, err = s.scope.Word(word, s.config.Env)
	return err
}

// env sets variables; all values are replaced before the first is set.
func (s *stage) env(variables instructions.KeyValuePairs) error {
	before := slices.Clone(s.config.Env)
	for _, variable := range variables {
		name, err := s.scope.Word(variable.Key, before)
		if err != nil {
			return err
		}
		value, err := s.scope.Word(variable.Value, before)
		if err != nil {
			return err
		}
		s.setEnv(name, value)
	}
	for _, variable := range variables {
		s.scope.Forget(variable.Key)
	}
	return nil
}

func (s *stage) setEnv(name, value string) {
	for i, entry := range s.config.Env {
		if strings.HasPrefix(entry, name+"=") {
			s.config.Env[i] = name + "=" + value
			return
		}
	}
	s.config.Env = append(s.config.Env, name+"="+value)
}

func (s *stage) label(labels instructions.KeyValuePairs) error {
	if s.config.Labels == nil {
		s.config.Labels = map[string]string{}
	}
	for _, label := range labels {
		key, err := s.scope.Word(label.Key, s.config.Env)
		if err != nil {
			return err
		}
		value, err := s.scope.Word(label.Value, s.config.Env)
		if err != nil {
			return err
		}
		s.Log.Infof("Applying label %s=%s", key, value)
		s.config.Labels[key] = value
	}
	return nil
}

func (s *stage) expose(ports []string) error {
	s.Log.Info("Cmd: EXPOSE")
	if s.config.ExposedPorts == nil {
		s.config.ExposedPorts = map[string]struct{}{}
	}
	for _, word := range ports {
		port, err := s.scope.Word(word, s.config.Env)
		if err != nil {
			return err
		}
		number, protocol, found := strings.Cut(port, "/")
		if !found {
			protocol = "tcp"
		}
		if protocol != "tcp" && protocol != "udp" {
			return fmt.Errorf("invalid protocol: %s", protocol)
		}
		port = number + "/" + protocol
		s.Log.Infof("Adding exposed port: %s", port)
		s.config.ExposedPorts[port] = struct{}{}
	}
	return nil
}

func (s *stage) volume(words []string) error {
	s.Log.Info("Cmd: VOLUME")
	if s.config.Volumes == nil {
		s.config.Volumes = map[string]struct{}{}
	}
	for _, word := range words {
		volume, err := s.scope.Word(word, s.config.Env)
		if err != nil {
			return err
		}
		s.Log.Infof("Adding volume %s to ignorelist", volume)
		s.config.Volumes[volume] = struct{}{}
	}
	return nil
}

// commandLine is a command as the image keeps it: in its shell, unless it was given as a list.
func (s *stage) commandLine(line instructions.ShellDependantCmdLine) []string {
	if !line.PrependShell {
		return line.CmdLine
	}
	shell := s.config.Shell
	if len(shell) == 0 {
		shell = []string{"/bin/sh", "-c"}
	}
	return append(slices.Clone(shell), strings.Join(line.CmdLine, " "))
}
