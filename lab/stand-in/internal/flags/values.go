package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// newValue makes a value of one of the types that are Kaniko's own.
func newValue(kind, initial string) (pflag.Value, error) {
	switch kind {
	case "multi-arg type":
		return &List{}, nil
	case "key-value-arg type":
		return &Pairs{Values: map[string]string{}}, nil
	case "key-multi-value-arg type":
		return &Multimap{Values: map[string][]string{}}, nil
	case "compression":
		return &Choice{kind: kind, allowed: []string{"gzip", "zstd"}}, nil
	case "imageformat":
		return &Choice{kind: kind, allowed: []string{"docker", "oci"}}, nil
	case "secret":
		return &Secrets{initial: initial}, nil
	case "gitoptions":
		return &gitOptions{initial: initial}, nil
	default:
		return nil, fmt.Errorf("unknown type %q", kind)
	}
}

// List is a flag that may be repeated; a comma is part of a value.
type List struct{ Values []string }

func (l *List) String() string { return strings.Join(l.Values, ",") }
func (l *List) Type() string   { return "multi-arg type" }
func (l *List) Set(v string) error {
	l.Values = append(l.Values, v)
	return nil
}

// Pairs is a repeatable flag of key=value.
type Pairs struct{ Values map[string]string }

func (p *Pairs) String() string { return "" }
func (p *Pairs) Type() string   { return "key-value-arg type" }
func (p *Pairs) Set(v string) error {
	key, value, found := strings.Cut(v, "=")
	if !found {
		return fmt.Errorf("invalid argument value. expect key=value, got %s", v)
	}
	p.Values[key] = value
	return nil
}

// Multimap is a repeatable flag of key=value;key=value in which a key may have several values.
type Multimap struct{ Values map[string][]string }

func (m *Multimap) String() string { return "" }
func (m *Multimap) Type() string   { return "key-multi-value-arg type" }
func (m *Multimap) Set(v string) error {
	if v == "" {
		return nil
	}
	for pair := range strings.SplitSeq(v, ";") {
		key, value, found := strings.Cut(pair, "=")
		if !found {
			return fmt.Errorf("invalid argument value. expect key=value, got %s", pair)
		}
		m.Values[key] = append(m.Values[key], value)
	}
	return nil
}

// Choice is a flag that takes one of a few words.
type Choice struct {
	Value   string
	kind    string
	allowed []string
}

func (c *Choice) String() string { return c.Value }
func (c *Choice) Type() string   { return c.kind }
func (c *Choice) Set(v string) error {
	if !slices.Contains(c.allowed, v) {
		return fmt.Errorf("unknown %s %q, use one of %s", c.kind, v, strings.Join(c.allowed, ", "))
	}
	c.Value = v
	return nil
}

// gitOptions takes what Kaniko takes for git contexts; the stand-in fetches none.
type gitOptions struct{ initial string }

func (g *gitOptions) String() string { return g.initial }
func (g *gitOptions) Type() string   { return "gitoptions" }
func (g *gitOptions) Set(v string) error {
	key, _, found := strings.Cut(v, "=")
	known := []string{"branch", "single-branch", "depth", "recurse-submodules", "insecure-skip-tls"}
	if !found || !slices.Contains(known, key) {
		return fmt.Errorf("invalid git flag, must be in the key=value format: %s", v)
	}
	return nil
}
