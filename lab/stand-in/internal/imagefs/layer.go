package imagefs

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/google/go-containerregistry/pkg/compression"
)

// Format says how a layer is written.
type Format struct {
	OCI          bool // OCI's media types instead of Docker's
	Zstd         bool
	Level        int // -1 for the default
	Reproducible bool
}

// Layer is a layer being written, on top of the files that are there already.
type Layer struct {
	view   *Image
	format Format
	file   *os.File
	buffer *bufio.Writer
	gzip   *gzip.Writer // nil with zstd, which the library does itself
	tar    *tar.Writer
	count  int
}

// NewLayer begins a layer in a file in tempDir. What is added to the layer is added to the view too.
func NewLayer(tempDir string, view *Image, format Format) (*Layer, error) {
	file, err := os.CreateTemp(tempDir, "layer-")
	if err != nil {
		return nil, err
	}
	layer := &Layer{view: view, format: format, file: file, buffer: bufio.NewWriter(file)}
	if format.Zstd {
		layer.tar = tar.NewWriter(layer.buffer)
		return layer, nil
	}
	if layer.gzip, err = gzip.NewWriterLevel(layer.buffer, max(format.Level, gzip.DefaultCompression)); err != nil {
		return nil, err
	}
	layer.tar = tar.NewWriter(layer.gzip)
	return layer, nil
}

// Folder adds a folder with the given owner, and those above it with root's, unless they are there already.
func (l *Layer) Folder(name string, uid, gid int, mode int64) error {
	name = clean(name)
	if l.view.IsDir(name) {
		return nil
	}
	if err := l.Folder(path.Dir("/"+name), 0, 0, 0o755); err != nil {
		return err
	}
	entry := folderEntry(l.view.Resolve(name))
	entry.Header.Uid, entry.Header.Gid, entry.Header.Mode = uid, gid, mode
	return l.add(entry)
}

// Add adds an entry at its path; the folders above it are made as needed.
func (l *Layer) Add(entry Entry) error {
	if err := l.Folder(path.Dir("/"+entry.Path), 0, 0, 0o755); err != nil {
		return err
	}
	entry.Path = l.view.Resolve(entry.Path)
	return l.add(entry)
}

func (l *Layer) add(entry Entry) error {
	header := entry.Header
	header.Name, header.Uname, header.Gname, header.Format = entry.Path, "", "", tar.FormatUnknown
	header.AccessTime, header.ChangeTime = time.Time{}, time.Time{}
	if l.format.Reproducible || header.ModTime.IsZero() {
		header.ModTime = time.Unix(0, 0)
	}
	if entry.IsDir() {
		header.Name += "/"
	}
	l.count++
	l.view.Put(entry)
	if err := l.tar.WriteHeader(&header); err != nil || header.Typeflag != tar.TypeReg {
		return err
	}
	content, err := entry.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(l.tar, content)
	return err
}

// Finish returns the layer, or nil if nothing was added. Its file lies in tempDir until that is removed.
func (l *Layer) Finish() (v1.Layer, error) {
	if err := l.tar.Close(); err != nil {
		return nil, err
	}
	if l.gzip != nil {
		if err := l.gzip.Close(); err != nil {
			return nil, err
		}
	}
	if err := l.buffer.Flush(); err != nil {
		return nil, err
	}
	if err := l.file.Close(); err != nil || l.count == 0 {
		return nil, err
	}
	return tarball.LayerFromFile(l.file.Name(), l.layerOptions()...)
}

func (l *Layer) layerOptions() []tarball.LayerOption {
	switch {
	case l.format.Zstd:
		zstd := []tarball.LayerOption{tarball.WithCompression(compression.ZStd), tarball.WithMediaType(types.OCILayerZStd)}
		if l.format.Level >= 0 {
			zstd = append(zstd, tarball.WithCompressionLevel(l.format.Level))
		}
		return zstd
	case l.format.OCI:
		return []tarball.LayerOption{tarball.WithMediaType(types.OCILayer)}
	default:
		return []tarball.LayerOption{tarball.WithMediaType(types.DockerLayer)}
	}
}
