// Package dockerfile reads a Dockerfile: its stages, which of them a target needs, and the values of its variables.
package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/sirupsen/logrus"
)

// File is a parsed Dockerfile.
type File struct {
	Stages []instructions.Stage
	Escape rune
	meta   []instructions.ArgCommand
}

// Parse reads a Dockerfile; what the linter has to say about it goes to the log.
func Parse(content []byte, log *logrus.Logger) (File, error) {
	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return File{}, err
	}
	warn := func(rule, _, url, text string, location []parser.Range) {
		place := ""
		if len(location) > 0 {
			place = fmt.Sprintf(" (line %d)", location[0].Start.Line)
		}
		log.Warnf("%s: %s%s\n\t%s", rule, text, place, url)
	}
	stages, meta, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: warn}))
	return File{Stages: stages, Escape: parsed.EscapeToken, meta: meta}, err
}

// Targets returns the indices of the stages with the given names; without names it is the last stage.
func (f File) Targets(names []string) ([]int, error) {
	if len(names) == 0 {
		return []int{len(f.Stages) - 1}, nil
	}
	var targets []int
	for _, name := range names {
		index, found := f.stage(name, len(f.Stages))
		if !found {
			return nil, fmt.Errorf("error finding target stage: %q is not a valid target build stage", name)
		}
		targets = append(targets, index)
	}
	return targets, nil
}

// Base returns the index of the stage that a stage is built on, or -1 if it is built on an image.
func (f File) Base(index int, baseName string) int {
	for i, stage := range f.Stages[:index] {
		if stage.Name != "" && strings.EqualFold(stage.Name, baseName) {
			return i
		}
	}
	return -1
}

// Source returns the index of the stage that COPY --from names, or -1 if it names an image.
func (f File) Source(index int, from string) int {
	if source, found := f.stage(from, index); found {
		return source
	}
	return -1
}

// stage finds a stage before a limit by its name or number.
func (f File) stage(name string, limit int) (int, bool) {
	for i, stage := range f.Stages[:limit] {
		if stage.Name != "" && strings.EqualFold(stage.Name, name) {
			return i, true
		}
	}
	number, err := strconv.Atoi(name)
	return number, err == nil && number >= 0 && number < limit
}

// Needed returns the indices of the stages that targets need, themselves included, in order.
// Base names are given with their variables replaced.
func (f File) Needed(targets []int, baseNames []string) []int {
	needed := map[int]bool{}
	var need func(int)
	need = func(index int) {
		if index < 0 || needed[index] {
			return
		}
		needed[index] = true
		need(f.Base(index, baseNames[index]))
		for _, command := range f.Stages[index].Commands {
			if copying, ok := command.(*instructions.CopyCommand); ok && copying.From != "" {
				need(f.Source(index, copying.From))
			}
		}
	}
	for _, target := range targets {
		need(target)
	}
	order := []int{}
	for index := range f.Stages {
		if needed[index] {
			order = append(order, index)
		}
	}
	return slices.Clip(order)
}

// Run returns the first RUN instruction among stages, if there is one.
func (f File) Run(stages []int) *instructions.RunCommand {
	for _, index := range stages {
		for _, command := range f.Stages[index].Commands {
			if run, ok := command.(*instructions.RunCommand); ok {
				return run
			}
		}
	}
	return nil
}

// Commands parses instructions that stand alone, as ONBUILD keeps them.
func Commands(lines []string) ([]instructions.Command, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	parsed, err := parser.Parse(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		return nil, err
	}
	var commands []instructions.Command
	for _, node := range parsed.AST.Children {
		command, err := instructions.ParseCommand(node)
		if err != nil {
			return nil, err
		}
		commands = append(commands, command)
	}
	return commands, nil
}
