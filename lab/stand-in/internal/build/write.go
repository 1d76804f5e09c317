package build

import (
	"archive/tar"
	"io"
	"path"
	"strings"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"
)

// write makes a COPY or ADD a layer of the image.
func (s *stage) write(c copying, createdBy string) error {
	layer, err := s.newLayer()
	if err != nil {
		return err
	}
	for _, source := range c.sources {
		if err := s.copySource(layer, c, source); err != nil {
			return err
		}
	}
	for _, inline := range c.inline {
		data := inline.Data
		entry := imagefs.Entry{
			Path:   target(c.dest, inline.Path, c.toFolder),
			Header: tar.Header{Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data))},
			Open:   func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil },
		}
		if err := s.add(layer, c, entry); err != nil {
			return err
		}
	}
	return s.append(layer, createdBy)
}

// target is where a file goes.
func target(dest, name string, toFolder bool) string {
	if toFolder {
		dest = path.Join(dest, path.Base(name))
	}
	return strings.Trim(dest, "/")
}

// copySource copies a file, unpacks an archive, or copies what is in a folder.
func (s *stage) copySource(layer *imagefs.Layer, c copying, source source) error {
	entry := source.entry
	switch {
	case source.archive:
		return s.unpack(layer, c, entry)
	case !entry.IsDir():
		if c.excluded(entry.Path) {
			return nil
		}
		entry.Path = target(c.dest, entry.Path, c.toFolder)
		return s.add(layer, c, entry)
	}
	from := entry.Path
	entry.Path, entry.Header.Mode = strings.Trim(c.dest, "/"), 0o755 // what is in the folder is copied, not itself
	if err := s.add(layer, c, entry); err != nil {
		return err
	}
	below, err := c.tree.Below(from)
	if err != nil {
		return err
	}
	for _, item := range below {
		if c.excluded(item.Path) {
			continue
		}
		item.Path = strings.Trim(path.Join(c.dest, strings.TrimPrefix(item.Path, from)), "/")
		if err := s.add(layer, c, item); err != nil {
			return err
		}
	}
	return nil
}

// add puts an entry into the layer with the owner and mode that were asked for.
func (s *stage) add(layer *imagefs.Layer, c copying, entry imagefs.Entry) error {
	if s.isKanikos(entry.Path) {
		s.Log.Warnf("Skipping copy targeting kaniko directory: /%s", entry.Path)
		s.Log.Info("Writes to the kaniko directory are blocked to prevent overwriting the executor.")
		s.Log.Info("To copy files there, relocate kaniko with KANIKO_DIR: https://github.com/osscontainertools/kaniko#bootstrapping-kaniko")
		return nil
	}
	if c.owner != nil {
		entry.Header.Uid, entry.Header.Gid = c.owner.uid, c.owner.gid
	}
	if c.mode != nil && entry.Header.Typeflag != tar.TypeSymlink {
		entry.Header.Mode = *c.mode
	}
	if entry.IsDir() {
		return layer.Folder(entry.Path, entry.Header.Uid, entry.Header.Gid, entry.Header.Mode)
	}
	return layer.Add(entry)
}

// isKanikos says whether a path is in Kaniko's own folder, where no COPY writes.
func (s *stage) isKanikos(name string) bool {
	own := strings.Trim(s.KanikoDir, "/")
	return name == own || strings.HasPrefix(name, own+"/")
}
