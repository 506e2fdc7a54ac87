package checkpoint

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// A mirror is a copy of the folder as it was before the last command. It can be
// lost at any time: the next one copies everything again.
type mirror struct {
	s     *Store
	most  int
	bytes int64
	index map[string]stamp // nil until it is read
}

// A stamp tells a file from what it was before, without a look into it: no
// command can set the time of the change itself.
type stamp struct {
	Node
	Changed int64 // the time of the change itself, in ns since 1970
	Inode   uint64
}

const (
	mirrorTree  = "mirror/tree"
	mirrorIndex = "mirror/index"
	// tick is how long the clock of a file system may stand still.
	tick = 20 * time.Millisecond
)

var (
	errTooMuch    = errors.New("the workspace holds too much for a copy of it to be kept")
	errUnreadable = errors.New("the workspace holds a file or folder that can't be read")
)

// walk hands over everything in the folder, itself first and folders before what
// is in them; no link is followed. With force a folder that can't be read is
// opened for the time.
func (m *mirror) walk(force bool, see func(at string, now stamp) error) error {
	n, total := 0, int64(0)
	var dir func(rel string, mode fs.FileMode) error
	dir = func(rel string, mode fs.FileMode) error {
		if !force {
			mode = 0o700 // it is left as it is
		}
		return opened(m.s.work, rel, mode, func() error {
			d, err := m.s.work.Open(rel)
			if err != nil {
				return errUnreadable
			}
			entries, err := d.ReadDir(-1)
			if err == nil {
				slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
			}
			for _, e := range entries {
				info, ierr := e.Info()
				at := path.Join(rel, e.Name())
				if strings.HasPrefix(e.Name(), tempPrefix) || errors.Is(ierr, fs.ErrNotExist) {
					continue
				} else if err = ierr; err != nil {
					break
				}
				now := stampOf(m.s.work, at, info)
				n, total = n+1, total+now.Size
				if !force && (n > m.most || total > m.bytes) {
					err = errTooMuch
					break
				}
				if err = see(at, now); err == nil && info.IsDir() {
					err = dir(at, now.Mode)
				}
				if err != nil {
					break
				}
			}
			return errors.Join(err, d.Close())
		})
	}
	info, err := m.s.work.Lstat(".")
	if err != nil {
		return err
	}
	now := stampOf(m.s.work, ".", info)
	if err := see(".", now); err != nil {
		return err
	}
	return dir(".", now.Mode)
}

func (m *mirror) fits() error {
	return m.walk(false, func(at string, now stamp) error {
		if now.Mode.IsRegular() || now.dir() || now.Link != "" {
			return nil
		}
		return fmt.Errorf("%q can't be kept: it is no ordinary file", at)
	})
}

// load reads what the copy was made of.
func (m *mirror) load() {
	if m.index != nil {
		return
	}
	m.index = map[string]stamp{}
	data, err := m.s.own.ReadFile(mirrorIndex)
	if err == nil && gob.NewDecoder(bytes.NewReader(data)).Decode(&m.index) == nil {
		return
	}
	m.index = map[string]stamp{}
	_ = clear(m.s.own, path.Dir(mirrorIndex)) // what is left is written over or says why not
}

func (m *mirror) save() error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(m.index); err != nil {
		return err
	}
	if err := m.s.own.WriteFile(mirrorIndex+".new", b.Bytes(), 0o600); err != nil {
		return err
	}
	return m.s.own.Rename(mirrorIndex+".new", mirrorIndex)
}

// update makes the copy equal to the folder.
func (m *mirror) update() error {
	m.load()
	if err := m.s.own.MkdirAll(mirrorTree, 0o700); err != nil {
		return err
	}
	seen := make(map[string]bool, len(m.index))
	latest, touched := int64(0), false
	err := m.walk(false, func(at string, now stamp) error {
		seen[at] = true
		latest = max(latest, now.Changed)
		if m.index[at] == now {
			return nil
		}
		touched = true
		delete(m.index, at)
		if err := m.copy(at, now); errors.Is(err, fs.ErrNotExist) {
			return nil // it was removed meanwhile
		} else if err != nil {
			return fmt.Errorf("copy %q: %w", at, err)
		}
		m.index[at] = now
		return nil
	})
	if err != nil {
		return err
	}
	for _, at := range slices.Backward(slices.Sorted(maps.Keys(m.index))) {
		if !seen[at] {
			touched = true
			delete(m.index, at)
			if err := clear(m.s.own, path.Join(mirrorTree, at)); err != nil {
				return err
			}
		}
	}
	// What the command changes must have another time than what was there.
	time.Sleep(tick - min(tick, max(0, m.s.now().Sub(time.Unix(0, latest)))))
	if !touched {
		return nil
	}
	return m.save()
}

func (m *mirror) copy(at string, now stamp) error {
	to := path.Join(mirrorTree, at)
	if old, err := m.s.own.Lstat(to); err == nil {
		if now.dir() && old.IsDir() {
			return nil
		}
		if err := clear(m.s.own, to); err != nil {
			return err
		}
	}
	switch {
	case now.dir():
		return m.s.own.Mkdir(to, 0o700)
	case now.Link != "":
		return m.s.own.Symlink(now.Link, to)
	case !now.Mode.IsRegular():
		return errors.New("it is no ordinary file")
	}
	info, err := m.s.work.Lstat(at)
	if err == nil {
		err = copyFile(m.s.work, at, m.s.own, to, info)
	}
	if errors.Is(err, os.ErrPermission) {
		return errUnreadable
	}
	return err
}

// compare writes what differs from the copy into r, and moves what was there
// before to the checkpoint.
func (m *mirror) compare(id string, r *record, others map[string]bool) error {
	seen, sums := make(map[string]bool, len(m.index)), 0
	folders := map[string]times{}
	err := m.walk(true, func(at string, now stamp) error {
		seen[at] = true
		was, known := m.index[at]
		if was.dir() && now.dir() {
			folders[at] = times{at, was.Time, now.Time}
		}
		if was == now || others[at] {
			return nil
		}
		m.index[at] = stamp{} // to be copied before the next command
		c := Change{Path: at, After: &now.Node}
		if known {
			c.Before = &was.Node
		}
		if c.Before.dir() && now.dir() {
			if was.Time != now.Time {
				r.Times = append(r.Times, folders[at])
			}
			if was.Mode == now.Mode {
				return nil
			}
		}
		if now.Mode.IsRegular() && now.Size <= maxSum && sums < maxSums {
			sums++
			now.Sum = sum(m.s.work, at)
		}
		return m.change(id, r, c)
	})
	if err != nil {
		return err
	}
	for _, at := range slices.Sorted(maps.Keys(m.index)) {
		if !seen[at] && !others[at] {
			was := m.index[at].Node
			m.index[at] = stamp{}
			if err := m.change(id, r, Change{Path: at, Before: &was}); err != nil {
				return err
			}
		}
	}
	for _, c := range r.Changes { // to be put back is a change of the folder, too
		if t, ok := folders[path.Dir(c.Path)]; ok && t.Before == t.After {
			delete(folders, t.Path)
			r.Times = append(r.Times, t)
		}
	}
	slices.SortFunc(r.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	if len(r.Changes)+len(r.Times) == 0 {
		return nil
	}
	return m.save()
}

func (m *mirror) change(id string, r *record, c Change) error {
	if c.Before != nil && !c.Before.dir() {
		c.Old = len(r.Changes) + 1
		if err := move(m.s.own, path.Join(mirrorTree, c.Path), m.s.own, oldName(id, c.Old)); err != nil {
			return err
		}
	}
	r.Changes = append(r.Changes, c)
	return nil
}
