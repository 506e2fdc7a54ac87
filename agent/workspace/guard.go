package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"deputy/internal/dirs"
)

// maxShut is how many protected paths a sandbox can shut.
const maxShut = 2000

// A Guard keeps what is protected shut while a command runs, and takes back what
// became a protected path in the meantime: what isn't there yet can't be shut
// everywhere.
type Guard struct {
	w      *Workspace
	before Findings
	files  []Found // all that there are in before
	opens  Kind    // what the command was allowed to use
	kept   map[string]original
}

// An original is a file or link that something runs or obeys, as it was.
type original struct {
	info fs.FileInfo
	link string
	data []byte
}

// Guard looks at what is protected before a command. opens is what the command
// was allowed to use; mounts says that the sandbox shuts the rest by itself, so
// that no copy of it is needed.
func (w *Workspace) Guard(opens Kind, mounts bool) (*Guard, error) {
	g := &Guard{w: w, before: w.protected.Scan(w.root, false), opens: opens, kept: map[string]original{}}
	if len(g.before.Paths)+len(g.before.Doors) > maxShut {
		return nil, fmt.Errorf("the workspace holds more than %d protected files, which can't all be shut", maxShut)
	}
	g.files = g.before.Files(w.root)
	for _, f := range g.files {
		if f.Kind&Runs == 0 {
			continue
		}
		o := original{info: f.Info}
		var err error
		switch {
		case f.Info.Mode()&fs.ModeSymlink != 0:
			o.link, err = w.root.Readlink(f.Path)
		case f.Info.Mode().IsRegular() && !mounts:
			o.data, err = w.ReadAll(f.Path, MaxKept)
		}
		if err != nil {
			return nil, fmt.Errorf("keep %s, which is protected: %w", f.Path, err)
		}
		g.kept[f.Path] = o
	}
	return g, nil
}

// Shut is what the command must not use.
func (g *Guard) Shut() (s Shut) {
	for _, f := range g.before.Paths {
		if f.Info.Mode()&fs.ModeSymlink != 0 {
			if p, ok := g.behind(f); ok {
				s.Hidden = append(s.Hidden, p)
			}
			continue
		}
		switch {
		case f.Kind&Secret != 0 && g.opens&Secret == 0:
			s.Hidden = append(s.Hidden, f.Path)
		case f.Kind&Runs != 0 && g.opens&Runs == 0:
			s.Fixed = append(s.Fixed, f.Path)
		}
	}
	for _, f := range g.before.Doors {
		s.Doors = append(s.Doors, f.Path)
	}
	if g.opens&Runs == 0 {
		for _, f := range g.before.Git {
			s.Git = append(s.Git, f.Path)
		}
	}
	return s
}

// behind is the file that a link with the name of a secret leads to.
func (g *Guard) behind(f Found) (string, bool) {
	real := g.w.real(f.Path)
	info, err := g.w.root.Lstat(real)
	if err != nil || real == "." || f.Kind&Secret == 0 || g.opens&Secret != 0 || info.Mode()&fs.ModeSymlink != 0 {
		return "", false
	}
	return real, true
}

// Sweep takes back what the command made or changed of what is run or obeyed, and names
// it. It is called when nothing of the command lives any more.
func (g *Guard) Sweep() (took []string, err error) {
	if g.opens&Runs != 0 {
		return nil, nil
	}
	g.w.mu.Lock()
	defer g.w.mu.Unlock()
	defer g.w.copies.root.Remove(noteName) //nolint:errcheck // without it nothing is to be done at the start
	after := g.w.protected.Scan(g.w.root, true)
	var errs []error
	away := func(p string) {
		if g.w.meanwhile[p] || slices.ContainsFunc(took, func(in string) bool { return p == in || strings.HasPrefix(p, in+"/") }) {
			return // Deputy's own tool was allowed to, or it is gone already
		}
		took = append(took, p)
		errs = append(errs, g.w.setAside(p))
	}
	for _, dir := range after.Git {
		switch {
		case g.had(dir):
		case path.Base(path.Dir(dir.Path)) == "worktrees", strings.Contains(dir.Path, ".git/modules/"):
			away(dir.Path)
		case strings.EqualFold(path.Base(dir.Path), ".git"):
			away(dir.Path)
		default:
			away(path.Join(dir.Path, "HEAD")) // without it the folder is no repository
		}
	}
	now := after.Files(g.w.root)
	for _, f := range append(after.Paths, now...) {
		if f.Kind&Runs != 0 && !g.had(f) && !slices.Contains(took, path.Join(path.Dir(f.Path), "HEAD")) {
			away(f.Path)
		}
	}
	for p, o := range g.kept {
		same := func(f Found) bool {
			return path.Base(f.Path) == path.Base(p) && !Changed(o.info, f.Info)
		}
		if !g.w.meanwhile[p] && !slices.ContainsFunc(now, same) {
			took = append(took, p)
			errs = append(errs, g.putBack(p, o))
		}
	}
	slices.Sort(took)
	return slices.Compact(took), errors.Join(errs...)
}

// Swept is sweep where something may have failed before.
func (g *Guard) Swept(err error) ([]string, error) {
	took, serr := g.Sweep()
	return took, errors.Join(err, serr)
}

// Vet takes out of a layer what the workspace must not come to hold.
func (g *Guard) Vet(upper string) (took []string, err error) {
	if g.opens&Runs != 0 {
		return nil, nil
	}
	if info, err := os.Lstat(upper); err == nil && info.Mode().Perm()&0o700 != 0o700 && os.Chmod(upper, 0o700) == nil {
		defer os.Chmod(upper, info.Mode()) // the command shut the workspace itself
	}
	root, err := os.OpenRoot(upper)
	if err != nil {
		return nil, fmt.Errorf("look at what the command changed: %w", err)
	}
	defer root.Close()
	made := g.w.protected.Scan(root, true)
	var all []string
	for _, dir := range made.Git {
		switch base := path.Base(dir.Path); {
		case slices.ContainsFunc(g.before.Git, func(f Found) bool { return f.Path == dir.Path }):
		case strings.EqualFold(base, ".git"), strings.Contains(dir.Path, ".git/"):
			all = append(all, dir.Path)
		default:
			all = append(all, path.Join(dir.Path, "HEAD"))
		}
	}
	for _, f := range made.Paths {
		old := slices.ContainsFunc(g.before.Paths, func(b Found) bool { return b.Path == f.Path })
		if f.Kind&Runs != 0 && !old {
			all = append(all, f.Path)
		}
	}
	for _, p := range all {
		if _, err := root.Lstat(p); err != nil || slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(p, other+"/") }) {
			continue
		}
		if err := dirs.RemoveAll(root, p); err != nil {
			return nil, fmt.Errorf("take %s out of what the command changed: %w", p, err)
		}
		took = append(took, p)
	}
	return took, nil
}

// had says whether something was protected before, though the folder around it
// may have been renamed since.
func (g *Guard) had(f Found) bool {
	same := func(x Found) bool {
		return path.Base(x.Path) == path.Base(f.Path) && os.SameFile(x.Info, f.Info)
	}
	return slices.ContainsFunc(g.before.Paths, same) || slices.ContainsFunc(g.before.Git, same) || slices.ContainsFunc(g.files, same)
}

// putBack makes a file or link as it was.
func (g *Guard) putBack(p string, o original) error {
	if o.link == "" && o.data == nil && o.info.Size() > 0 {
		return fmt.Errorf("%s was changed although it was shut", p)
	}
	if err := g.w.setAside(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := g.w.root.MkdirAll(path.Dir(p), 0o755); err != nil {
		return fmt.Errorf("bring back %s: %w", p, err)
	}
	err := error(nil)
	if o.link != "" {
		err = g.w.root.Symlink(o.link, p)
	} else {
		err = replace(g.w.root, p, o.data, o.info.Mode().Perm())
	}
	if err != nil {
		return fmt.Errorf("bring back %s: %w", p, err)
	}
	return nil
}

// A Shut says what of the workspace a command must not use.
type Shut struct {
	Hidden []string `json:"hidden,omitempty"` // what it can't see
	Fixed  []string `json:"-"`                // what it can't change; Landlock can't hold it
	Git    []string `json:"-"`                // git directories, which stay where they are
	Doors  []string `json:"-"`                // pipes and sockets, which lead to other programs, except in a layer
}
