package build

import (
	"path"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// workdir changes the working directory, and makes it if it is not there.
func (s *stage) workdir(command *instructions.WorkdirCommand) error {
	s.Log.Info("Cmd: workdir")
	folder, err := s.scope.Path(command.Path, s.config.Env)
	if err != nil {
		return err
	}
	s.config.WorkingDir = s.absolute(folder)
	s.Log.Infof("Changed working directory to %s", s.config.WorkingDir)
	view, err := s.files()
	if err != nil || view.IsDir(s.config.WorkingDir) {
		return err
	}
	owner, err := s.owner(s.config.User)
	if err != nil {
		return err
	}
	s.Log.Infof("Creating directory %s with uid %d and gid %d", s.config.WorkingDir, owner.uid, owner.gid)
	layer, err := s.newLayer()
	if err != nil {
		return err
	}
	if err := layer.Folder(s.config.WorkingDir, owner.uid, owner.gid, 0o755); err != nil {
		return err
	}
	return s.append(layer, command.String())
}

// absolute is a path seen from the working directory.
func (s *stage) absolute(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", s.config.WorkingDir, name)
}
