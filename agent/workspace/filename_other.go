//go:build !linux

package workspace

import (
	"os"
	"path/filepath"
)

// FileName is the name of an open file: nothing changes links meanwhile, since no
// command can be run here.
func FileName(f *os.File) (string, error) { return filepath.EvalSymlinks(f.Name()) }
