//go:build !linux

package tools

import (
	"os"
	"path/filepath"
)

// fileName is the name of an open file: nothing changes links meanwhile, since no
// command can be run here.
func fileName(f *os.File) (string, error) { return filepath.EvalSymlinks(f.Name()) }
