package tools

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncAll puts all that was written to root's file system on disk: one call for
// many files.
func syncAll(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}
