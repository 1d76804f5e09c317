package imagefs

import (
	"archive/tar"
	"errors"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// mostLinks bounds the symbolic links followed in one path, as Linux does.
const mostLinks = 40

// Image is the tree of an image's files as a container would see them.
type Image struct {
	entries map[string]Entry
	content *os.File // the bytes of all files, one after the other
	name    string
}

// OpenImage reads an image's files; those that keep names have their content put into a file in tempDir.
// A tree to copy from keeps everything, one to look things up in keeps little.
func OpenImage(image v1.Image, tempDir, name string, keep func(path string) bool) (*Image, error) {
	content, err := os.CreateTemp(tempDir, "image-files-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(content.Name()) // it lives as long as it is open
	tree := &Image{entries: map[string]Entry{"": folderEntry("")}, content: content, name: name}
	if err := tree.read(image, keep); err != nil {
		_ = content.Close()
		return nil, err
	}
	return tree, nil
}

// Close gives the files' content up.
func (t *Image) Close() error { return t.content.Close() }

func (t *Image) read(image v1.Image, keep func(string) bool) error {
	stream := mutate.Extract(image)
	defer stream.Close()
	archive := tar.NewReader(stream)
	var end int64
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		entry := Entry{Path: clean(header.Name), Header: *header}
		if header.Typeflag == tar.TypeReg && keep(entry.Path) {
			size, err := io.Copy(io.NewOffsetWriter(t.content, end), archive)
			if err != nil {
				return err
			}
			start := end
			end += size
			entry.Open = func() (io.ReadCloser, error) {
				return io.NopCloser(io.NewSectionReader(t.content, start, size)), nil
			}
		}
		t.Put(entry)
	}
}

// Put adds an entry, or replaces the one at its path. The folders above it are there then, even if no layer has said so.
func (t *Image) Put(entry Entry) {
	t.entries[entry.Path] = entry
	for above := clean(path.Dir("/" + entry.Path)); above != ""; above = clean(path.Dir("/" + above)) {
		if _, found := t.entries[above]; !found {
			t.entries[above] = folderEntry(above)
		}
	}
}

// Name implements Tree.
func (t *Image) Name(name string) string { return path.Join(t.name, "/", name) }

// Find implements Tree. What is hard-linked is returned as the file it is.
func (t *Image) Find(name string) (Entry, bool) {
	place := t.Resolve(name)
	entry, found := t.entries[place]
	if found && entry.Header.Typeflag == tar.TypeLink {
		if target, ok := t.entries[clean(entry.Header.Linkname)]; ok {
			entry, entry.Path = target, place
		}
	}
	return entry, found
}

// Below implements Tree.
func (t *Image) Below(name string) ([]Entry, error) {
	prefix := t.Resolve(name)
	if prefix != "" {
		prefix += "/"
	}
	var entries []Entry
	for _, place := range slices.Sorted(maps.Keys(t.entries)) {
		if place != "" && strings.HasPrefix(place, prefix) {
			entry, _ := t.Find(place)
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// IsDir says whether a path is a folder, or a link to one.
func (t *Image) IsDir(name string) bool {
	entry, found := t.entries[t.follow(name)]
	return found && entry.IsDir()
}

// Resolve follows the links in a path, all but one at its end, and returns the path without them.
func (t *Image) Resolve(name string) string {
	name = clean(name)
	if name == "" {
		return ""
	}
	folder, last := path.Split(name)
	return path.Join(t.follow(folder), last)
}

// follow follows all links in a path.
func (t *Image) follow(name string) string {
	todo := strings.Split(clean(name), "/")
	done := ""
	for links := 0; len(todo) > 0; {
		next := path.Join(done, todo[0])
		todo = todo[1:]
		entry, found := t.entries[next]
		if !found || entry.Header.Typeflag != tar.TypeSymlink || links == mostLinks {
			done = next
			continue
		}
		links++
		target := entry.Header.Linkname
		if !path.IsAbs(target) {
			target = path.Join("/", done, target)
		}
		todo = append(strings.Split(clean(target), "/"), todo...)
		done = ""
	}
	return done
}

// folderEntry is a folder as COPY and WORKDIR make it where none was.
func folderEntry(name string) Entry {
	return Entry{Path: name, Header: tar.Header{Typeflag: tar.TypeDir, Mode: 0o755}}
}
