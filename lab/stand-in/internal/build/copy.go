package build

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"hybrid-kubernetes-build.io/lab/stand-in/internal/imagefs"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// errManySources is Kaniko's refusal of several sources for one file.
var errManySources = errors.New("when specifying multiple sources in a COPY command, destination must be a directory and end in '/'")

// copying is a COPY or ADD with everything about it resolved.
type copying struct {
	tree     imagefs.Tree
	excluded func(path string) bool // what .dockerignore leaves out
	words    []string               // the sources as written, with variables replaced
	sources  []source
	inline   []instructions.SourceContent
	dest     string // absolute; with a slash at its end if it was written as a folder
	toFolder bool   // whether the destination is a folder
	owner    *owner // nil keeps the source's
	mode     *int64 // permission bits, nil keeps the source's
}

// source is one thing to copy.
type source struct {
	entry   imagefs.Entry
	archive bool // ADD unpacks it
}

func (s *stage) copyCommand(command *instructions.CopyCommand) error {
	if command.Parents || len(command.ExcludePatterns) > 0 {
		return errors.New("the stand-in knows no COPY --parents and no COPY --exclude")
	}
	c := copying{tree: s.context, excluded: s.excluded, inline: command.SourceContents}
	var err error
	if command.From != "" {
		c.excluded = func(string) bool { return false }
		if c.tree, err = s.treeOf(command.From); err != nil {
			return err
		}
	}
	if err := s.resolve(&c, command.SourcesAndDest); err != nil {
		return fmt.Errorf("failed to get files used from context: %w", err)
	}
	s.Log.Info(command.String())
	owner := s.config.User // Docker would say root here; Kaniko says the user so far
	if command.From != "" {
		owner = ""
	}
	return executing(s.copy(c, command.String(), owner, command.Chown, command.Chmod))
}

func (s *stage) addCommand(command *instructions.AddCommand) error {
	for _, word := range command.SourcePaths {
		if strings.Contains(word, "://") || strings.HasPrefix(word, "git@") {
			return fmt.Errorf("the stand-in fetches nothing for ADD, %s neither", word)
		}
	}
	if len(command.ExcludePatterns) > 0 {
		return errors.New("the stand-in knows no ADD --exclude")
	}
	c := copying{tree: s.context, excluded: s.excluded, inline: command.SourceContents}
	if err := s.resolve(&c, command.SourcesAndDest); err != nil {
		return fmt.Errorf("failed to get files used from context: %w", err)
	}
	var used []string
	for i, source := range c.sources {
		used = append(used, c.tree.Name(source.entry.Path))
		archive, err := isArchive(source.entry)
		if err != nil {
			return err
		}
		c.sources[i].archive = archive
	}
	s.Log.Infof("Using files from context: %v", used)
	s.Log.Info(command.String())
	return executing(s.copy(c, command.String(), s.config.User, command.Chown, command.Chmod))
}

// copy carries a COPY or ADD out. Without --chown the files belong to user, or keep their owner if that is empty
// and they come from an image.
func (s *stage) copy(c copying, createdBy, user, chown, chmod string) error {
	if err := s.resolveRights(&c, chown, chmod); err != nil {
		return err
	}
	if c.owner == nil && (user != "" || c.tree == imagefs.Tree(s.context)) {
		owner, err := s.owner(user)
		if err != nil {
			return err
		}
		c.owner = &owner
	}
	s.logWildcards(c.words)
	return s.write(c, createdBy)
}

// resolve replaces variables and wildcards, and checks that everything is there.
func (s *stage) resolve(c *copying, paths instructions.SourcesAndDest) error {
	var words []string
	for _, word := range paths.SourcePaths {
		word, err := s.scope.Path(word, s.config.Env)
		if err != nil {
			return err
		}
		words = append(words, word)
	}
	dest, err := s.scope.Path(paths.DestPath, s.config.Env)
	if err != nil {
		return err
	}
	c.dest = s.absolute(dest)
	if strings.HasSuffix(dest, "/") || dest == "." {
		c.dest = strings.TrimSuffix(c.dest, "/") + "/"
	}
	c.words = words
	s.logWildcards(words)
	if c.sources, err = find(c.tree, words); err != nil {
		return err
	}
	view, err := s.files()
	if err != nil {
		return err
	}
	c.toFolder = strings.HasSuffix(c.dest, "/") || view.IsDir(c.dest)
	if len(c.sources)+len(c.inline) > 1 && !c.toFolder {
		return errManySources
	}
	return nil
}

func (s *stage) resolveRights(c *copying, chown, chmod string) error {
	chown, err := s.scope.Word(chown, s.config.Env)
	if err != nil {
		return err
	}
	if chown != "" {
		owner, err := s.owner(chown)
		if err != nil {
			return fmt.Errorf("getting user group from chown: %w", err)
		}
		c.owner = &owner
	}
	chmod, err = s.scope.Word(chmod, s.config.Env)
	if err != nil || chmod == "" {
		return err
	}
	mode, err := strconv.ParseInt(chmod, 8, 64)
	if err != nil || mode > 0o7777 {
		return fmt.Errorf("getting permissions from chmod: parsing value from chmod: the stand-in takes octal numbers, not %q", chmod)
	}
	c.mode = &mode
	return nil
}

// logWildcards says that there is something to be matched.
func (s *stage) logWildcards(words []string) {
	if slices.ContainsFunc(words, hasWildcards) {
		s.Log.Infof("Resolving srcs %v...", words)
	}
}

// find returns what source words name: themselves, or what matches their wildcards.
func find(tree imagefs.Tree, words []string) ([]source, error) {
	var sources []source
	for _, word := range words {
		if hasWildcards(word) {
			matches, err := matching(tree, strings.Trim(word, "/"))
			if err != nil {
				return nil, err
			}
			sources = append(sources, matches...)
			continue
		}
		entry, found := tree.Find(word)
		if !found {
			missing := &fs.PathError{Op: "lstat", Path: tree.Name(word), Err: syscall.ENOENT}
			return nil, fmt.Errorf("failed to get fileinfo for %s: %w", missing.Path, missing)
		}
		sources = append(sources, source{entry: entry})
	}
	return sources, nil
}

func hasWildcards(word string) bool { return strings.ContainsAny(word, "*?[") }

// matching returns what matches a pattern. Nothing matching is no error to Kaniko.
func matching(tree imagefs.Tree, pattern string) ([]source, error) {
	entries, err := tree.Below("")
	if err != nil {
		return nil, err
	}
	var sources []source
	for _, entry := range entries {
		matches, err := path.Match(pattern, entry.Path)
		if err != nil {
			return nil, err
		}
		if matches {
			sources = append(sources, source{entry: entry})
		}
	}
	return sources, nil
}
