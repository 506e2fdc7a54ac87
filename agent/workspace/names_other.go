//go:build !linux

package workspace

import "io/fs"

// manyNames says that a file may have another name: it can't be told here.
func manyNames(info fs.FileInfo) bool { return info.Mode().IsRegular() }

// Changed says whether a file is another one than it was, or was written to.
func Changed(was, is fs.FileInfo) bool {
	return was.Mode() != is.Mode() || was.Size() != is.Size() || !was.ModTime().Equal(is.ModTime())
}
