//go:build !linux

package proc

import (
	"os/exec"
	"syscall"
)

// DieWithParent does what this system can: nothing.
func DieWithParent(*exec.Cmd, syscall.Signal) {}
