package flags

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Secret says where the value of a build secret comes from.
type Secret struct {
	ID     string
	Env    string // name of an environment variable, or empty
	Source string // path of a file, or empty
}

// Secrets is the repeatable flag --secret, in the form id=X[,src=/file][,env=VAR][,type=file|env].
type Secrets struct {
	Values  []Secret
	initial string
}

func (s *Secrets) String() string { return s.initial }
func (s *Secrets) Type() string   { return "secret" }
func (s *Secrets) Set(v string) error {
	secret, kind := Secret{}, ""
	for part := range strings.SplitSeq(v, ",") {
		key, value, found := strings.Cut(part, "=")
		if !found {
			return fmt.Errorf("invalid secret format: %q", part)
		}
		switch key {
		case "id":
			secret.ID = value
		case "type":
			kind = value
		case "src", "source":
			secret.Source = value
		case "env":
			secret.Env = value
		default:
			return fmt.Errorf("unknown key %q in secret", key)
		}
	}
	secret, err := completed(secret, kind)
	if err != nil {
		return err
	}
	s.Values = append(s.Values, secret)
	return nil
}

// completed settles what a secret's parts leave open, or says why they contradict each other.
func completed(secret Secret, kind string) (Secret, error) {
	switch {
	case kind != "" && kind != "file" && kind != "env":
		return secret, fmt.Errorf("invalid secret type: %q (file|env)", kind)
	case secret.ID == "":
		return secret, errors.New("secret requires id=ID")
	case secret.Source != "" && secret.Env != "":
		return secret, errors.New("only one of src or env may be specified")
	case kind == "file" && secret.Env != "":
		return secret, errors.New("env cannot be specified for file type secrets")
	}
	if kind == "env" && secret.Source != "" {
		secret.Env, secret.Source = secret.Source, ""
	}
	if secret.Env == "" && secret.Source == "" {
		if _, set := os.LookupEnv(secret.ID); set || kind == "env" {
			secret.Env = secret.ID
		} else {
			secret.Source = secret.ID
		}
	}
	return secret, nil
}
