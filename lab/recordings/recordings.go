// Package recordings carries what real Kaniko builds printed and how they ended.
package recordings

import "embed"

// Files holds the folders of the cases, as README.md describes them.
//
//go:embed */log.txt */result.json
var Files embed.FS

// ExecutorHelp is what `executor --help` prints.
//
//go:embed help.txt
var ExecutorHelp string

// PushHelp is what `executor push --help` prints.
//
//go:embed push-help.txt
var PushHelp string
