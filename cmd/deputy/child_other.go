//go:build !linux

package main

import "syscall"

// dieWithParent does what this system can: nothing.
func dieWithParent() *syscall.SysProcAttr { return nil }
