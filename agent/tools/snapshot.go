package tools

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	// maxSnapshot and maxSnapshotBytes are how many files and folders, and how
	// much in them, are kept before a command that may change any of them.
	maxSnapshot      = 2000
	maxSnapshotBytes = 64 << 20
	// maxLookedAt is how many there may be afterwards.
	maxLookedAt = 20_000
	// maxSynced is how many copies are put on disk one by one; with more it is
	// quicker to wait for the whole file system, others' files too.
	maxSynced = 64
)

// A node is a file, folder or link of the workspace as it was at one time.
type node struct {
	Mode fs.FileMode // the kind, and what may be done
	Size int64       // of a file
	Sum  string      // of a file's content; of one too large to keep, its size and time
	Link string      // where a link leads; it is never followed
}

// A tree is the workspace at one time, by path.
type tree map[string]node

var (
	errTooMany    = errors.New("the workspace holds too much for all of it to be kept")
	errUnreadable = errors.New("the workspace holds a file or folder that can't be read")
)

// walk tells see of everything in the workspace, itself first and folders before
// what is in them, at most limit; no link is followed. Deputy's own unfinished files are
// left out. With force a folder that can't be read is opened to its owner for
// the time.
func (w *Workspace) walk(limit int, force bool, see func(rel string, info fs.FileInfo) error) error {
	n := 0
	var dir func(rel string) error
	dir = func(rel string) error {
		names, err := w.names(rel, limit-n, force)
		if err != nil {
			return err
		}
		for _, name := range names {
			p := path.Join(rel, name)
			if strings.HasPrefix(name, tempPrefix) {
				continue
			}
			info, err := w.root.Lstat(p)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return err
			}
			if n++; n > limit {
				return errTooMany
			}
			if err := see(p, info); err != nil {
				return err
			}
			if info.IsDir() {
				if err := dir(p); err != nil {
					return err
				}
			}
		}
		return nil
	}
	info, err := w.root.Lstat(".")
	if err == nil {
		err = see(".", info)
	}
	if err != nil {
		return err
	}
	return dir(".")
}

// names are those in a folder, sorted; more than limit is too many.
func (w *Workspace) names(rel string, limit int, force bool) ([]string, error) {
	d, err := w.root.Open(rel)
	if errors.Is(err, fs.ErrPermission) && force {
		info, serr := w.root.Lstat(rel)
		if serr != nil || w.root.Chmod(rel, 0o700) != nil {
			return nil, errUnreadable
		}
		defer w.root.Chmod(rel, info.Mode()) //nolint:errcheck // it was so before
		d, err = w.root.Open(rel)
	}
	if err != nil {
		return nil, errUnreadable
	}
	defer d.Close()
	names, err := d.Readdirnames(limit + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errUnreadable
	}
	if len(names) > limit {
		return nil, errTooMany
	}
	slices.Sort(names)
	return names, nil
}

// fits says whether all that the workspace holds can be kept before a command;
// the error says why not.
func (w *Workspace) fits() error {
	var total int64
	return w.walk(maxSnapshot, false, func(rel string, info fs.FileInfo) error {
		switch {
		case info.Mode().IsRegular():
			if total += info.Size(); total > maxSnapshotBytes || info.Size() > maxKept {
				return errTooMany
			}
		case info.IsDir(), info.Mode()&fs.ModeSymlink != 0:
		default:
			return fmt.Errorf("%q can't be kept: it is no ordinary file", rel)
		}
		return nil
	})
}

// snapshot keeps a copy of everything in the workspace. It begins the time in
// which others' changes are told apart.
func (w *Workspace) snapshot() (tree, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fits(); err != nil {
		return nil, fmt.Errorf("%w any more: order it again", err)
	}
	t := tree{}
	batch := w.copies.batch()
	total := int64(0)
	err := w.walk(maxSnapshot, false, func(rel string, info fs.FileInfo) error {
		n, data, err := w.look(rel, info, false)
		if err != nil {
			return err
		}
		if data != nil {
			if total += int64(len(data)); total > maxSnapshotBytes {
				return errTooMany
			}
			err = batch.add(n.Sum, data)
		}
		t[rel] = n
		return err
	})
	if err == nil {
		err = batch.keep()
	}
	if err != nil {
		return nil, fmt.Errorf("keep what the workspace holds: %w", err)
	}
	w.meanwhile = map[string]bool{}
	return t, nil
}

// look makes a node of what is there, and gives a file's content unless it is
// too large to keep.
func (w *Workspace) look(rel string, info fs.FileInfo, force bool) (node, []byte, error) {
	n := node{Mode: info.Mode()}
	var err error
	switch {
	case n.Mode&fs.ModeSymlink != 0:
		n.Mode = fs.ModeSymlink // a link's other bits mean nothing
		n.Link, err = w.root.Readlink(rel)
		return n, nil, err
	case !n.Mode.IsRegular():
		return n, nil, nil
	}
	n.Size = info.Size()
	if n.Size > maxKept {
		n.Sum = fmt.Sprintf("%d bytes at %d", n.Size, info.ModTime().UnixNano())
		return n, nil, nil
	}
	if force && n.Mode&0o400 == 0 && w.root.Chmod(rel, n.Mode|0o400) == nil {
		defer w.root.Chmod(rel, n.Mode) //nolint:errcheck // it was so before
	}
	data, err := w.readAll(rel, maxKept)
	if err != nil {
		return n, nil, err
	}
	if data == nil {
		data = []byte{}
	}
	n.Size, n.Sum = int64(len(data)), sum(data)
	return n, data, nil
}

// A difference is what a command did to one path; nil is nothing there.
type difference struct {
	Path          string
	Before, After *node
}

// settle ends the time that snapshot began, and keeps what the command changed
// since, for undo: the record names it. Nothing is told of what others changed.
func (w *Workspace) settle(before tree) (record string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	others := w.meanwhile
	w.meanwhile = nil
	after := tree{}
	err = w.walk(maxLookedAt, true, func(rel string, info fs.FileInfo) error {
		if old, ok := before[rel]; ok && info.IsDir() && old.Mode == info.Mode() {
			after[rel] = old
			return nil
		}
		n, _, err := w.look(rel, info, true)
		after[rel] = n
		return err
	})
	if err != nil {
		return "", fmt.Errorf("see what the command changed: %w", err)
	}
	var all []difference
	for _, p := range slices.Sorted(maps.Keys(before)) {
		n := before[p]
		if now, ok := after[p]; !ok {
			all = append(all, difference{p, &n, nil})
		} else if now != n {
			all = append(all, difference{p, &n, &now})
		}
	}
	for p, n := range after {
		if _, ok := before[p]; !ok {
			all = append(all, difference{p, nil, &n})
		}
	}
	all = slices.DeleteFunc(all, func(d difference) bool { return others[d.Path] })
	slices.SortFunc(all, func(a, b difference) int { return strings.Compare(a.Path, b.Path) })
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(all); err != nil {
		return "", fmt.Errorf("note what the command changed: %w", err)
	}
	return w.copies.put(b.Bytes())
}

// A batch keeps many copies at the cost of one: none counts before all are on disk.
type batch struct {
	c     *copies
	fresh map[string]int64
}

func (c *copies) batch() batch { return batch{c, map[string]int64{}} }

func (b batch) add(name string, data []byte) error {
	if _, ok := b.fresh[name]; ok || b.c.has(name, len(data)) {
		return nil
	}
	if len(b.fresh) == 0 {
		if err := b.c.root.MkdirAll(incoming, 0o700); err != nil {
			return err
		}
	}
	b.fresh[name] = int64(len(data))
	f, err := b.c.root.OpenFile(path.Join(incoming, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && len(b.fresh) <= maxSynced {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (b batch) keep() error {
	if len(b.fresh) == 0 {
		return nil
	}
	if len(b.fresh) > maxSynced {
		if err := syncAll(b.c.root); err != nil {
			return err
		}
	}
	last := ""
	for name, n := range b.fresh {
		last = copyFile(name)
		if err := b.c.root.MkdirAll(path.Dir(last), 0o700); err != nil {
			return err
		}
		if err := b.c.root.Rename(path.Join(incoming, name), last); err != nil {
			return err
		}
		b.c.total += n
	}
	return b.c.shrink(last)
}
