package checkpoint

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"time"
)

// A Layer shows a folder to a command and keeps what the command changes apart.
type Layer struct {
	Dir   string `json:"dir"`   // the folder, over which it is laid for the command alone
	Upper string `json:"upper"` // what is changed
	Work  string `json:"work"`  // the kernel's
}

// Suits says why no layer can be laid over the folder at dir, as far as that can
// be seen without trying; nil if nothing speaks against it.
func Suits(dir string) error {
	if err := mountsBelow(dir); err != nil {
		return err
	}
	return foreignGroup(dir)
}

func (s *Store) layer(id string) (*Layer, error) {
	info, err := s.work.Stat(".")
	if err != nil {
		return nil, err
	}
	at := path.Join(place(id), layers)
	for _, name := range []string{at, path.Join(at, "upper"), path.Join(at, "work")} {
		if err := s.own.Mkdir(name, 0o700); err != nil {
			return nil, err
		}
	}
	upper := path.Join(at, "upper") // the folder itself is seen as this one is
	err = errors.Join(s.own.Chmod(upper, info.Mode().Perm()), s.own.Chtimes(upper, time.Time{}, info.ModTime()))
	l := &Layer{Dir: s.dir, Upper: filepath.Join(s.own.Name(), upper), Work: filepath.Join(s.own.Name(), at, "work")}
	return l, err
}

// A planner finds out what a layer holds.
type planner struct {
	s     *Store
	upper *os.Root
	r     *record
	sums  int
}

// plan writes what the layer of checkpoint id holds into r.
func (s *Store) plan(id string, r *record) error {
	at := path.Join(place(id), layers, "upper")
	info, err := s.own.Lstat(at)
	if err != nil {
		return err
	}
	was, err := s.work.Lstat(".")
	if err != nil {
		return err
	}
	return opened(s.own, at, info.Mode(), func() error {
		upper, err := s.own.OpenRoot(at)
		if err != nil {
			return err
		}
		defer upper.Close()
		p := &planner{s: s, upper: upper, r: r}
		return p.merged(".", node(s.work, ".", was), node(s.own, at, info))
	})
}

// merged goes through a folder that was there before.
func (p *planner) merged(rel string, was, now *Node) error {
	if was.Mode != now.Mode {
		p.r.Changes = append(p.r.Changes, Change{Path: rel, Before: was, After: now})
	}
	p.r.Times = append(p.r.Times, times{rel, was.Time, now.Time})
	return opened(p.s.work, rel, was.Mode, func() error {
		return each(p.upper, rel, now.Mode, p.entry)
	})
}

func (p *planner) entry(at string) error {
	info, err := p.upper.Lstat(at)
	if err != nil {
		return err
	}
	var was, now *Node
	if old, err := p.s.work.Lstat(at); err == nil {
		was = node(p.s.work, at, old)
	}
	gone := whiteout(info)
	hides := false
	if !gone {
		now = node(p.upper, at, info)
		if hides, err = cleaned(p.upper, at, now.Mode); err != nil {
			return err
		}
	}
	switch {
	case gone && was == nil:
		return nil // made and removed
	case now.dir() && was.dir() && !hides:
		return p.merged(at, was, now)
	}
	c := Change{Path: at, Before: was, After: now, Fresh: !gone}
	if was != nil {
		c.Old = len(p.r.Changes) + 1
	}
	p.add(c)
	if !now.dir() {
		return nil
	}
	return each(p.upper, at, now.Mode, p.fresh)
}

// fresh takes note of what is in a folder that is new as a whole.
func (p *planner) fresh(at string) error {
	info, err := p.upper.Lstat(at)
	if err != nil {
		return err
	}
	if whiteout(info) { // it hides nothing here
		return p.upper.Remove(at)
	}
	now := node(p.upper, at, info)
	if _, err := cleaned(p.upper, at, now.Mode); err != nil {
		return err
	}
	p.add(Change{Path: at, After: now})
	if !now.dir() {
		return nil
	}
	return each(p.upper, at, now.Mode, p.fresh)
}

func (p *planner) add(c Change) {
	if n := c.After; n != nil && n.Mode.IsRegular() && n.Size <= maxSum && p.sums < maxSums {
		p.sums++
		n.Sum = sum(p.upper, c.Path)
	}
	p.r.Changes = append(p.r.Changes, c)
}

// Holds says whether the layer holds something of this name.
func (l *Layer) Holds(name string) bool {
	_, err := os.Lstat(filepath.Join(l.Upper, name))
	return err == nil
}
