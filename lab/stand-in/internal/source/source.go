// Package source finds the build context and the Dockerfile, as Kaniko does and with Kaniko's words for what is wrong.
package source

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sirupsen/logrus"
)

// Locate makes the context ready and returns its folder; an archive is unpacked below kanikoDir.
func Locate(context, subPath, kanikoDir string, stdin *os.File, log *logrus.Logger) (string, error) {
	scheme, rest, found := strings.Cut(context, "://")
	if !found {
		return context, nil // Kaniko ignores the sub path here
	}
	folder := filepath.Join(kanikoDir, "buildcontext")
	var err error
	switch scheme {
	case "dir":
		folder = rest
	case "tar":
		err = unpackTar(rest, folder, stdin, log)
	case "gs", "s3", "git", "https":
		err = fmt.Errorf("the stand-in fetches no %s:// context", scheme)
	default:
		err = errors.New("unknown build context prefix provided, please use one of the following: gs://, dir://, tar://, s3://, git://, https://")
	}
	if err != nil || subPath == "" {
		return folder, err
	}
	folder = filepath.Join(folder, subPath)
	_, err = os.Stat(folder)
	return folder, err
}

// Dockerfile returns the path of the Dockerfile: first as given, then within the context.
func Dockerfile(path, context string) (string, error) {
	for _, candidate := range []string{path, filepath.Join(context, path)} {
		if info, err := os.Stat(candidate); err == nil && !info.IsDir() {
			return filepath.Abs(candidate)
		}
	}
	return "", errors.New("please provide a valid path to a Dockerfile within the build context with --dockerfile")
}

// unpackTar unpacks a compressed archive from a file, or from standard input if it is called stdin.
func unpackTar(archive, folder string, stdin *os.File, log *logrus.Logger) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("unpacking tar from build context: %w", err)
	}
	if archive != "stdin" {
		file, err := os.Open(archive)
		if err != nil {
			return err
		}
		defer file.Close()
		return untar(file, folder)
	}
	if info, err := stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return errors.New("no data found.. don't forget to add the '--interactive, -i' flag")
	}
	log.Info("To simulate EOF and exit, press 'Ctrl+D'")
	return untar(stdin, folder)
}

// untar stops at the archive's end and reads no further: like Kaniko it never sees gzip's checksum.
func untar(compressed io.Reader, folder string) error {
	plain, err := gzip.NewReader(compressed)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := write(root, header, archive); err != nil {
			return err
		}
	}
}
