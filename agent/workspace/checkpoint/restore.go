package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// An Outcome is what an undo came to, by path; folders are named only where they
// were moved as a whole.
type Outcome struct {
	Restored, Removed []string
	Left              []string // changed since by somebody else, and left as it is
	Lost              []string // no longer kept, or can't be written
}

// Whole says that nothing is other than it was before.
func (o Outcome) Whole() bool { return len(o.Left)+len(o.Lost) == 0 }

// Text says it in a sentence.
func (o Outcome) Text() string {
	var parts []string
	tell := func(what string, paths []string) {
		if len(paths) > 0 {
			parts = append(parts, what+": "+Few(paths))
		}
	}
	tell("as before", o.Restored)
	tell("removed again", o.Removed)
	tell("changed since, so left as it is", o.Left)
	tell("not brought back, since no copy is kept any more", o.Lost)
	if len(parts) == 0 {
		return "The workspace is as it was before."
	}
	return strings.Join(parts, "; ")
}

// Undo puts the folder back as it was before the command of checkpoint id. What
// was changed since stays, and the outcome names it; what is as it was before
// needs nothing.
func (s *Store) Undo(id string) (Outcome, error) {
	r, err := s.read(id)
	if err != nil {
		return Outcome{}, err
	}
	return s.takeBack(id, &r, false)
}

// takeBack is Undo of a record; midway says that it may be half done, or what it
// takes back half in place.
func (s *Store) takeBack(id string, r *record, midway bool) (Outcome, error) {
	r.State = undoing
	if err := s.write(id, *r); err != nil {
		return Outcome{}, err
	}
	if _, err := s.work.Lstat("."); errors.Is(err, fs.ErrPermission) {
		_ = os.Chmod(s.dir, 0o700) // the command closed the folder itself
	}
	b := &restoring{s: s, id: id, r: r, midway: midway, skip: map[string]bool{}}
	b.check()
	b.takeAway()
	b.putBack()
	b.modes()
	r.State = undone
	if !b.o.Whole() {
		r.State = applied // another try may find what is in the way gone
	}
	r.Bytes = used(s.own, path.Join(place(id), olds))
	return b.o, s.write(id, *r)
}

// A restoring takes back the changes that a command made.
type restoring struct {
	s      *Store
	id     string
	r      *record
	midway bool
	skip   map[string]bool
	times  []times // of folders that nobody has changed since
	o      Outcome
}

// check finds out which changes are still as the command left them, and opens
// folders that it closed.
func (b *restoring) check() {
	work := b.s.work
	for _, c := range b.r.Changes {
		if now := b.now(c, false); c.After.dir() && now.dir() && now.Mode == c.After.Mode {
			_ = work.Chmod(c.Path, now.Mode|0o700)
		}
	}
	for _, t := range b.r.Times {
		if info, err := work.Lstat(t.Path); err == nil && info.ModTime().UnixNano() == t.After {
			b.times = append(b.times, t)
		}
	}
	within := "" // a folder that is back as a whole
	for _, c := range b.r.Changes {
		if within != "" && strings.HasPrefix(c.Path, within) {
			b.skip[c.Path] = true
			continue
		}
		now := b.now(c, true)
		if now.dir() && c.After.dir() {
			now.Mode = c.After.Mode // it may just have been opened
		}
		switch {
		case same(now, c.After) && !(same(now, c.Before) && b.returned(c)):
		case same(now, c.Before) && (!c.Before.dir() || c.Old == 0 || b.returned(c)):
			b.skip[c.Path] = true
			if c.Before.dir() && c.Old > 0 {
				within = c.Path + "/"
			}
		case b.midway && (now == nil || now.dir() && c.Before.dir()):
		default:
			b.skip[c.Path] = true
			b.o.Left = append(b.o.Left, c.Path)
		}
	}
}

// returned says that what was at c's path has left the store again.
func (b *restoring) returned(c Change) bool {
	return c.Old > 0 && !there(b.s.own, oldName(b.id, c.Old))
}

// now is what is at c's path; its content is looked at where only that can tell.
func (b *restoring) now(c Change, content bool) *Node {
	info, err := b.s.work.Lstat(c.Path)
	if err != nil {
		return nil
	}
	n := node(b.s.work, c.Path, info)
	if content && c.After != nil && c.After.Sum != "" && n.Time != c.After.Time {
		n.Sum = sum(b.s.work, c.Path)
	}
	return n
}

// same says whether two nodes are the same, by content if both were looked at.
func same(a, b *Node) bool {
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil
	case a.Mode != b.Mode || a.Size != b.Size || a.Link != b.Link:
		return false
	case !a.Mode.IsRegular() || a.Time == b.Time:
		return true
	}
	return a.Sum != "" && a.Sum == b.Sum
}

// takeAway removes what is new, or in the way of what was there, the innermost first.
func (b *restoring) takeAway() {
	for _, c := range slices.Backward(b.r.Changes) {
		inTheWay := c.Before.kind() != c.After.kind() || c.After.dir() && c.Old > 0
		if b.skip[c.Path] || c.After == nil || !inTheWay {
			continue
		}
		b.s.died()
		if err := b.s.work.Remove(c.Path); err != nil && there(b.s.work, c.Path) {
			b.skip[c.Path] = true
			b.o.Left = append(b.o.Left, c.Path) // something else is in it now
			continue
		}
		if c.Before == nil && !c.After.dir() {
			b.o.Removed = append(b.o.Removed, c.Path)
		}
	}
}

// putBack brings back what was there, the outermost first.
func (b *restoring) putBack() {
	work := b.s.work
	for _, c := range b.r.Changes {
		if b.skip[c.Path] || c.Before == nil {
			continue
		}
		b.s.died()
		var err error
		switch {
		case c.Old > 0:
			if err = work.MkdirAll(path.Dir(c.Path), 0o700); err == nil {
				err = move(b.s.own, oldName(b.id, c.Old), work, c.Path)
			}
		case c.After.kind() != fs.ModeDir:
			err = work.MkdirAll(c.Path, 0o700)
		}
		switch {
		case err != nil:
			b.skip[c.Path] = true
			b.o.Lost = append(b.o.Lost, c.Path)
		case c.Old > 0:
			b.o.Restored = append(b.o.Restored, c.Path)
		}
	}
}

// modes gives folders the mode and the time that they had, the innermost first:
// one that can't be written must be filled before.
func (b *restoring) modes() {
	for _, c := range slices.Backward(b.r.Changes) {
		if !c.Before.dir() || b.skip[c.Path] || c.Old > 0 {
			continue
		}
		if b.s.work.Chmod(c.Path, c.Before.Mode) != nil {
			b.o.Lost = append(b.o.Lost, c.Path)
		}
		if !c.After.dir() {
			_ = b.s.work.Chtimes(c.Path, time.Time{}, time.Unix(0, c.Before.Time))
		}
	}
	for _, t := range b.times {
		_ = b.s.work.Chtimes(t.Path, time.Time{}, time.Unix(0, t.Before)) // a lost time harms nobody
	}
}

// Amend takes note that what lies at and below paths was changed once more, by
// who has the right to: that is how Undo must find it.
func (s *Store) Amend(id string, paths []string) error {
	r, err := s.read(id)
	if err != nil {
		return err
	}
	changes := r.Changes[:0]
	for _, c := range r.Changes {
		if slices.ContainsFunc(paths, func(p string) bool { return c.Path == p || strings.HasPrefix(c.Path, p+"/") }) {
			c.After = nil
			if info, err := s.work.Lstat(c.Path); err == nil {
				c.After = node(s.work, c.Path, info)
			}
		}
		if c.Before != nil || c.After != nil {
			changes = append(changes, c)
		}
	}
	r.Changes = changes
	return s.write(id, r)
}
