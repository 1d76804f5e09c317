package main

import "testing"

func TestGreeting(t *testing.T) {
	for accepted, want := range map[string]string{
		"":               "Hello!",
		"de-AT,en;q=0.5": "Grüß Gott!",
		"fr":             "Bonjour !",
		"tlh":            "Hello!",
	} {
		if got := greeting(accepted); got != want {
			t.Errorf("%q: got %q, want %q", accepted, got, want)
		}
	}
}
