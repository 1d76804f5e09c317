// The lab's registries: distribution with only the parts that the lab's
// configuration uses (files on disk, passwords), which leaves out the clouds'
// libraries and most of the time it would take to build.
//
//	registry serve CONFIG.yml
//	registry htpasswd USER PASSWORD   prints the line for a password file
package main

import (
	"fmt"
	"os"

	"github.com/distribution/distribution/v3/registry"
	"golang.org/x/crypto/bcrypt"

	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "htpasswd" {
		hash, err := bcrypt.GenerateFromPassword([]byte(os.Args[3]), bcrypt.MinCost)
		if err != nil {
			fmt.Fprintln(os.Stderr, "registry htpasswd:", err)
			os.Exit(1)
		}
		fmt.Printf("%s:%s\n", os.Args[2], hash)
		return
	}
	if err := registry.RootCmd.Execute(); err != nil {
		os.Exit(1)
	}
}
