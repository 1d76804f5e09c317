// Package flags makes Kaniko's flags out of Kaniko's recorded help, so that the two cannot drift apart.
package flags

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// line is one flag in a help text: shorthand, name, type and usage, as pflag lays them out.
var line = regexp.MustCompile(`^ {2,6}(?:-(\w), )?--([A-Za-z][\w-]*)(?: (\S+(?: \S+)*))? {3,}(.*)$`)

// defaultValue is the default at the end of a usage text.
var defaultValue = regexp.MustCompile(`^(.*) \(default (.*)\)$`)

// FromHelp returns the flags that a help text lists, under the given command name.
func FromHelp(command, help string) (*pflag.FlagSet, error) {
	set := pflag.NewFlagSet(command, pflag.ContinueOnError)
	set.Usage = func() {}
	for text := range strings.Lines(section(help)) {
		text = strings.TrimRight(text, "\n")
		match := line.FindStringSubmatch(text)
		if match == nil {
			return nil, fmt.Errorf("not a flag: %q", text)
		}
		usage, initial := match[4], ""
		if found := defaultValue.FindStringSubmatch(usage); found != nil {
			usage, initial = found[1], found[2]
		}
		if err := add(set, match[1], match[2], match[3], usage, initial); err != nil {
			return nil, fmt.Errorf("flag --%s: %w", match[2], err)
		}
	}
	return set, nil
}

// Usage is what follows an error on the command line: the help from its line "Usage:" on.
func Usage(help string) string {
	_, rest, _ := strings.Cut("\n"+help, "\nUsage:")
	return "Usage:" + rest
}

// section is the part of a help text that lists flags.
func section(help string) string {
	_, rest, _ := strings.Cut(help, "\nFlags:\n")
	list, _, _ := strings.Cut(rest, "\n\n")
	return list
}

// add defines one flag; kind is the type as the help spells it, empty for a switch.
func add(set *pflag.FlagSet, short, name, kind, usage, initial string) error {
	switch kind {
	case "":
		set.BoolP(name, short, initial == "true", usage)
	case "string":
		text := initial
		if initial != "" {
			var err error
			if text, err = strconv.Unquote(initial); err != nil {
				return err
			}
		}
		set.StringP(name, short, text, usage)
	case "strings":
		set.StringSliceP(name, short, nil, usage)
	case "int":
		number, _ := strconv.Atoi(initial)
		set.IntP(name, short, number, usage)
	case "duration":
		duration, err := time.ParseDuration(initial)
		if err != nil {
			return err
		}
		set.DurationP(name, short, duration, usage)
	default:
		value, err := newValue(kind, initial)
		if err != nil {
			return err
		}
		set.VarP(value, name, short, usage)
	}
	return nil
}
