// Command stand-in is a test double for Kaniko's executor, for where the real one cannot be had; see README.md.
package main

import (
	"os"
	"path/filepath"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/executor"
)

func main() {
	kanikoDir := "/kaniko"
	if dir := os.Getenv("KANIKO_DIR"); dir != "" {
		kanikoDir = dir
	}
	if os.Getenv("DOCKER_CONFIG") == "" {
		// Kaniko's image sets this; the stand-in's image need not.
		_ = os.Setenv("DOCKER_CONFIG", filepath.Join(kanikoDir, ".docker"))
	}
	process := executor.Process{
		Args: os.Args[1:], KanikoDir: kanikoDir, Recording: os.Getenv("STAND_IN_RECORDING"),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}
	os.Exit(process.Run())
}
