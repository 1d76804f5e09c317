package options

import (
	"strconv"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/flags"

	"github.com/spf13/pflag"
)

// reader reads flags by name. A name that the help does not list is a mistake of this program: it panics.
type reader struct{ set *pflag.FlagSet }

func (r reader) value(name string) pflag.Value { return r.set.Lookup(name).Value }

func (r reader) text(name string) string { return r.value(name).String() }

func (r reader) on(name string) bool { return r.text(name) == "true" }

func (r reader) number(name string) int {
	number, _ := strconv.Atoi(r.text(name)) // pflag has checked it
	return number
}

func (r reader) words(name string) []string { return r.value(name).(pflag.SliceValue).GetSlice() }

func (r reader) list(name string) []string { return r.value(name).(*flags.List).Values }

func (r reader) pairs(name string) map[string]string { return r.value(name).(*flags.Pairs).Values }

func (r reader) multimap(name string) map[string][]string {
	return r.value(name).(*flags.Multimap).Values
}

func (r reader) secrets(name string) []flags.Secret { return r.value(name).(*flags.Secrets).Values }

// either reads a flag that also has an older spelling.
func (r reader) either(name, old string) string {
	if value := r.text(name); value != "" {
		return value
	}
	return r.text(old)
}
