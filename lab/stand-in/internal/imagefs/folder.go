package imagefs

import (
	"archive/tar"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Folder is a tree on disk: a build context. Nothing outside the folder can be reached through it.
type Folder struct {
	root *os.Root
	path string
}

// OpenFolder opens a folder as a tree.
func OpenFolder(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root, path: path}, nil
}

// Close gives the folder up.
func (f *Folder) Close() error { return f.root.Close() }

// Name implements Tree.
func (f *Folder) Name(name string) string { return filepath.Join(f.path, name) }

// Find implements Tree.
func (f *Folder) Find(name string) (Entry, bool) {
	name = clean(name)
	info, err := f.root.Lstat(orDot(name))
	if err != nil {
		return Entry{}, false
	}
	entry, err := f.entry(name, info)
	return entry, err == nil
}

// Below implements Tree.
func (f *Folder) Below(name string) ([]Entry, error) {
	start := orDot(clean(name))
	var entries []Entry
	err := fs.WalkDir(f.root.FS(), start, func(name string, item fs.DirEntry, err error) error {
		if err != nil || name == start {
			return err
		}
		info, err := item.Info()
		if err != nil {
			return err
		}
		entry, err := f.entry(name, info)
		entries = append(entries, entry)
		return err
	})
	return entries, err
}

func (f *Folder) entry(name string, info fs.FileInfo) (Entry, error) {
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		var err error
		if link, err = f.root.Readlink(name); err != nil {
			return Entry{}, err
		}
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return Entry{}, err
	}
	open := func() (io.ReadCloser, error) { return f.root.Open(name) }
	return Entry{Path: name, Header: *header, Open: open}, nil
}

// clean gives a path the form of Entry.Path.
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func orDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}
