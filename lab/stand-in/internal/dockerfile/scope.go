package dockerfile

import (
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Scope knows the values of the variables at one point of a Dockerfile.
type Scope struct {
	given  map[string]string // --build-arg
	global map[string]string // ARG before the first FROM, and the platform's
	stage  map[string]string // ARG of the stage
	lex    *shell.Lex
}

// NewScope returns the scope of the FROM instructions.
func (f File) NewScope(buildArgs []string, platform v1.Platform) (*Scope, error) {
	scope := &Scope{given: map[string]string{}, global: platformArgs(platform), stage: map[string]string{}, lex: shell.NewLex(f.Escape)}
	for _, argument := range buildArgs {
		name, value, found := strings.Cut(argument, "=")
		if !found {
			value = os.Getenv(name) // as Kaniko does: a name alone takes the environment's value
		}
		scope.given[name] = value
	}
	for _, command := range f.meta {
		for _, argument := range command.Args {
			if value, given := scope.given[argument.Key]; given {
				scope.global[argument.Key] = value
			} else if argument.Value != nil {
				value, err := scope.expand(*argument.Value, pairs(scope.global))
				if err != nil {
					return nil, err
				}
				scope.global[argument.Key] = value
			}
		}
	}
	return scope, nil
}

// Base replaces the variables in what follows FROM.
func (s *Scope) Base(text string) (string, error) { return s.expand(text, pairs(s.global)) }

// Stage returns the scope of a stage's beginning. A stage built on another one knows its ARGs too.
func (s *Scope) Stage(base *Scope) *Scope {
	stage := &Scope{given: s.given, global: s.global, stage: map[string]string{}, lex: s.lex}
	if base != nil {
		stage.stage = maps.Clone(base.stage)
	}
	return stage
}

// Declare carries an ARG instruction out: what is given goes before a default, and that before a global value.
func (s *Scope) Declare(command *instructions.ArgCommand, env []string) error {
	for _, argument := range command.Args {
		name := argument.Key
		if value, given := s.given[name]; given {
			s.stage[name] = value
		} else if argument.Value != nil {
			value, err := s.Word(*argument.Value, env)
			if err != nil {
				return err
			}
			s.stage[name] = value
		} else if value, known := s.global[name]; known {
			s.stage[name] = value
		}
	}
	return nil
}

// Forget ends an ARG, because an ENV of its name follows.
func (s *Scope) Forget(name string) { delete(s.stage, name) }

// Word replaces the variables in a word of an instruction and takes its quotes away.
func (s *Scope) Word(word string, env []string) (string, error) {
	return s.expand(word, slices.Concat(env, pairs(s.stage)))
}

// Path is Word for a path, which keeps a slash at its end.
func (s *Scope) Path(word string, env []string) (string, error) {
	value, err := s.Word(word, env)
	if err != nil {
		return "", err
	}
	if cleaned := path.Clean(value); strings.HasSuffix(value, "/") && cleaned != "/" {
		return cleaned + "/", nil
	} else {
		return cleaned, nil
	}
}

func (s *Scope) expand(word string, env []string) (string, error) {
	value, _, err := s.lex.ProcessWord(word, lastWins(env))
	return value, err
}

// lastWins makes the last of several values of a name the one that counts.
func lastWins(env []string) shell.EnvGetter {
	values := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	return shell.EnvsFromSlice(pairs(values))
}

func pairs(values map[string]string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, name+"="+values[name])
	}
	return list
}

// platformArgs are the variables that a Dockerfile need not define, only declare.
func platformArgs(platform v1.Platform) map[string]string {
	arguments := map[string]string{}
	for _, side := range []string{"TARGET", "BUILD"} {
		arguments[side+"PLATFORM"] = platform.String()
		arguments[side+"OS"] = platform.OS
		arguments[side+"ARCH"] = platform.Architecture
		arguments[side+"VARIANT"] = platform.Variant
	}
	return arguments
}
