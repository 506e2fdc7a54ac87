//go:build !linux

package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
)

// Commands run on Linux only, and so nothing takes a checkpoint elsewhere.
var errLinux = errors.New("there are checkpoints on Linux only")

// Enter does nothing here.
func Enter() {}

// Wrap fails here.
func (*Layer) Wrap(*exec.Cmd) error { return errLinux }

func mountsBelow(string) error  { return errLinux }
func foreignGroup(string) error { return errLinux }

func whiteout(fs.FileInfo) bool                           { return false }
func cleaned(*os.Root, string, fs.FileMode) (bool, error) { return false, errLinux }
func rename(*os.Root, string, *os.Root, string) error     { return errLinux }
func link(*os.Root, string, *os.Root, string) error       { return errLinux }
func crossing(error) bool                                 { return false }
func stampOf(r *os.Root, rel string, i fs.FileInfo) stamp { return stamp{Node: *node(r, rel, i)} }
