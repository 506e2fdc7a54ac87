// Package dirs removes folders whatever rights they were left with. It knows the file
// system and nothing of Deputy.
package dirs

import (
	"os"
	"path"
)

// RemoveAll removes all of p, whatever rights it or its folder was left with.
func RemoveAll(root *os.Root, p string) error {
	defer Writable(root, path.Dir(p))()
	if info, err := root.Lstat(p); err == nil && info.IsDir() {
		unlock(root, p)
	}
	return root.RemoveAll(p)
}

// Writable lets the owner change a folder for the time.
func Writable(root *os.Root, dir string) (again func()) {
	info, err := root.Lstat(dir)
	if err != nil || info.Mode().Perm()&0o300 == 0o300 || root.Chmod(dir, 0o700) != nil {
		return func() {}
	}
	return func() { _ = root.Chmod(dir, info.Mode()) }
}

// ClearAway removes a command's private folder, also what it took its own
// rights to.
func ClearAway(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	unlock(root, ".")
	root.Close()
	return os.RemoveAll(dir)
}

// unlock gives the owner every right to the folders below dir; no link is followed.
func unlock(root *os.Root, dir string) {
	_ = root.Chmod(dir, 0o700)
	d, err := root.Open(dir)
	if err != nil {
		return
	}
	defer d.Close()
	entries, _ := d.ReadDir(-1)
	for _, e := range entries {
		if e.IsDir() {
			unlock(root, dir+"/"+e.Name())
		}
	}
}
