//go:build unix

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
