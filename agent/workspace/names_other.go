//go:build !unix

package workspace

import "io/fs"

// manyNames says that a file may have another name: it can't be told here.
func manyNames(info fs.FileInfo) bool { return info.Mode().IsRegular() }
