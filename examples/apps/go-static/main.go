// A service of one file without an operating system: it greets in the language of who asks.
package main

import (
	"fmt"
	"log"
	"net/http"

	"golang.org/x/text/language"
)

var greetings = []string{"Hello!", "Grüß Gott!", "Bonjour !"}

var languages = language.NewMatcher([]language.Tag{language.English, language.German, language.French})

// greeting is the one for an Accept-Language header.
func greeting(accepted string) string {
	_, index := language.MatchStrings(languages, accepted)
	return greetings[index]
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, greeting(r.Header.Get("Accept-Language")))
	})
	log.Println("listening on 8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
