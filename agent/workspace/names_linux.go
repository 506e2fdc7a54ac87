package workspace

import (
	"io/fs"
	"syscall"
)

// manyNames says that a file may have another name.
func manyNames(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && ok && s.Nlink > 1
}

// Changed says whether a file is another one than it was, or was written to.
func Changed(was, is fs.FileInfo) bool {
	a, okA := was.Sys().(*syscall.Stat_t)
	b, okB := is.Sys().(*syscall.Stat_t)
	return !okA || !okB || a.Dev != b.Dev || a.Ino != b.Ino || a.Size != b.Size || a.Mode != b.Mode || a.Mtim != b.Mtim || a.Ctim != b.Ctim
}
