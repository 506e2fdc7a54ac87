package checkpoint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// tempPrefix begins the name of a file that is not yet whole; the workspace's
// own begin so, too.
const tempPrefix = ".deputy-tmp-"

// node is what is at rel, of which info was read.
func node(root *os.Root, rel string, info fs.FileInfo) *Node {
	n := &Node{Mode: info.Mode(), Time: info.ModTime().UnixNano()}
	switch {
	case n.Mode&fs.ModeSymlink != 0:
		n.Mode = fs.ModeSymlink // a link's other bits mean nothing
		n.Link, _ = root.Readlink(rel)
	case n.Mode.IsRegular():
		n.Size = info.Size()
	}
	return n
}

func there(root *os.Root, rel string) bool {
	_, err := root.Lstat(rel)
	return err == nil || errors.Is(err, fs.ErrPermission) // what can't be looked at is not taken for gone
}

// opened has do look into the folder at rel, which may be closed to its owner.
func opened(root *os.Root, rel string, mode fs.FileMode, do func() error) error {
	if mode.Perm()&0o700 != 0o700 {
		if err := root.Chmod(rel, mode|0o700); err != nil {
			return err
		}
		defer root.Chmod(rel, mode) //nolint:errcheck // it was so before
	}
	return do()
}

// each hands over what is in the folder at rel, by name.
func each(root *os.Root, rel string, mode fs.FileMode, do func(at string) error) error {
	return opened(root, rel, mode, func() error {
		d, err := root.Open(rel)
		if err != nil {
			return err
		}
		names, err := d.Readdirnames(-1)
		d.Close()
		if err != nil {
			return err
		}
		slices.Sort(names)
		for _, name := range names {
			if err := do(path.Join(rel, name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// move renames what is at from, whatever it is, or copies it where the two lie on
// different file systems.
func move(fromRoot *os.Root, from string, toRoot *os.Root, to string) error {
	info, err := fromRoot.Lstat(from)
	if err != nil {
		return err
	}
	// To move a folder is to change it.
	if mode := info.Mode(); info.IsDir() && mode.Perm()&0o700 != 0o700 {
		if err := fromRoot.Chmod(from, mode|0o700); err != nil {
			return err
		}
		defer func() {
			if there(toRoot, to) {
				_ = toRoot.Chmod(to, mode)
			}
		}()
	}
	if err = rename(fromRoot, from, toRoot, to); !crossing(err) {
		return err
	}
	half := path.Join(path.Dir(to), tempPrefix+path.Base(to))
	if err := clear(toRoot, half); err != nil {
		return err
	}
	if err := copyTree(fromRoot, from, toRoot, half); err != nil {
		return errors.Join(err, clear(toRoot, half))
	}
	if err := toRoot.Rename(half, to); err != nil {
		return errors.Join(err, clear(toRoot, half))
	}
	return clear(fromRoot, from)
}

// copyTree copies a file, a link or a folder with all that is in it, with modes
// and times.
func copyTree(fromRoot *os.Root, from string, toRoot *os.Root, to string) error {
	info, err := fromRoot.Lstat(from)
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		where, err := fromRoot.Readlink(from)
		if err != nil {
			return err
		}
		return toRoot.Symlink(where, to)
	case mode.IsRegular():
		return copyFile(fromRoot, from, toRoot, to, info)
	case !mode.IsDir():
		return errors.New("it is no ordinary file")
	}
	if err := toRoot.Mkdir(to, 0o700); err != nil {
		return err
	}
	err = each(fromRoot, from, info.Mode(), func(at string) error {
		return copyTree(fromRoot, at, toRoot, path.Join(to, path.Base(at)))
	})
	if err != nil {
		return err
	}
	return errors.Join(toRoot.Chtimes(to, time.Time{}, info.ModTime()), toRoot.Chmod(to, info.Mode()))
}

// copyFile copies a file, where the file system can by sharing its blocks.
func copyFile(fromRoot *os.Root, from string, toRoot *os.Root, to string, info fs.FileInfo) error {
	r, err := fromRoot.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := toRoot.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err = errors.Join(err, w.Chmod(info.Mode()), w.Close()); err != nil {
		return err
	}
	return toRoot.Chtimes(to, time.Time{}, info.ModTime())
}

// clear removes what is at rel with all that is in it, also what is closed to its owner.
func clear(root *os.Root, rel string) error {
	if root.RemoveAll(rel) == nil {
		return nil
	}
	unlock(root, rel)
	return root.RemoveAll(rel)
}

// unlock gives the owner every right to the folders below rel; no link is followed.
func unlock(root *os.Root, rel string) {
	info, err := root.Lstat(rel)
	if err != nil || !info.IsDir() {
		return
	}
	_ = root.Chmod(rel, 0o700)
	_ = each(root, rel, 0o700, func(at string) error {
		unlock(root, at)
		return nil
	})
}

// used is what the folder at rel takes on the disk, about.
func used(root *os.Root, rel string) (bytes int64) {
	info, err := root.Lstat(rel)
	if err != nil {
		return 0
	}
	bytes = 4096
	if info.Mode().IsRegular() {
		bytes += info.Size()
	}
	if info.IsDir() {
		_ = each(root, rel, info.Mode(), func(at string) error {
			bytes += used(root, at)
			return nil
		})
	}
	return bytes
}
