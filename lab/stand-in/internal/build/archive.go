package build

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"
)

// isArchive says whether a file is a tar archive, plain or compressed: one from which a first entry can be read.
func isArchive(entry imagefs.Entry) (bool, error) {
	if entry.Header.Typeflag != tar.TypeReg {
		return false, nil
	}
	content, err := entry.Open()
	if err != nil {
		return false, err
	}
	defer content.Close()
	plain, err := decompressed(content)
	if err != nil {
		return false, nil
	}
	_, err = tar.NewReader(plain).Next()
	return err == nil, nil
}

// decompressed reads gzip and bzip2 by their first bytes, and anything else as it is.
func decompressed(content io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(content)
	start, _ := buffered.Peek(3) // less is an answer too
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		return gzip.NewReader(buffered)
	case bytes.HasPrefix(start, []byte("BZh")):
		return bzip2.NewReader(buffered), nil
	default:
		return buffered, nil
	}
}

// unpack writes the entries of an archive into the layer, each with its own owner and mode.
func (s *stage) unpack(layer *imagefs.Layer, c copying, file imagefs.Entry) error {
	s.Log.Infof("Unpacking local tar archive %s to %s", file.Path, strings.TrimSuffix(c.dest, "/")+"/")
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	plain, err := decompressed(content)
	if err != nil {
		return err
	}
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		entry := imagefs.Entry{
			Path:   strings.Trim(path.Join(c.dest, path.Clean("/"+header.Name)), "/"),
			Header: *header,
			Open:   func() (io.ReadCloser, error) { return io.NopCloser(archive), nil },
		}
		if header.Typeflag == tar.TypeLink {
			entry.Header.Linkname = strings.Trim(path.Join(c.dest, path.Clean("/"+header.Linkname)), "/")
		}
		if err := s.add(layer, copying{}, entry); err != nil {
			return err
		}
	}
}
