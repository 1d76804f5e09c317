// Package imagefs looks at files without putting them on a disk of their own: those of a build context
// and those of an image, both as trees; and it writes new files as image layers.
package imagefs

import (
	"archive/tar"
	"io"
)

// Entry is one file, folder or link of a tree.
type Entry struct {
	Path   string     // slash-separated, from the tree's root, without a leading slash; empty for the root itself
	Header tar.Header // type, mode, owner, time, size and link; its Name means nothing
	Open   func() (io.ReadCloser, error)
}

// IsDir says whether the entry is a folder.
func (e Entry) IsDir() bool { return e.Header.Typeflag == tar.TypeDir }

// Tree is a set of files to copy from.
type Tree interface {
	// Find returns what is at a path: a link at its end is not followed, links before it are.
	Find(path string) (Entry, bool)
	// Below returns everything below a folder, in lexical order, each with its path from the tree's root.
	Below(path string) ([]Entry, error)
	// Name is how error messages call a path of the tree.
	Name(path string) string
}
