package build

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// owner is who a file belongs to.
type owner struct{ uid, gid int }

// owner reads user[:group], each a number or a name that the image knows; no group is the user's number, as with Kaniko.
func (s *stage) owner(text string) (owner, error) {
	if text == "" {
		return owner{}, nil
	}
	user, group, found := strings.Cut(text, ":")
	uid, err := s.id("etc/passwd", user)
	if err != nil {
		return owner{}, fmt.Errorf("user %s is not a uid and does not exist on the system", user)
	}
	if !found || group == "" {
		return owner{uid, uid}, nil
	}
	gid, err := s.id("etc/group", group)
	if err != nil {
		return owner{}, fmt.Errorf("group %s is not a gid and does not exist on the system", group)
	}
	return owner{uid, gid}, nil
}

// id looks a name up in /etc/passwd or /etc/group, where the number is the third field.
func (s *stage) id(file, name string) (int, error) {
	if id, err := strconv.Atoi(name); err == nil && id >= 0 {
		return id, nil
	}
	view, err := s.files()
	if err != nil {
		return 0, err
	}
	entry, found := view.Find(file)
	if !found || entry.Open == nil {
		return 0, fmt.Errorf("no /%s", file)
	}
	content, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer content.Close()
	lines := bufio.NewScanner(content)
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), ":"); len(fields) > 2 && fields[0] == name {
			return strconv.Atoi(fields[2])
		}
	}
	return 0, fmt.Errorf("%s is not in /%s", name, file)
}
