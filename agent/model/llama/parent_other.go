//go:build !linux

package llama

import "syscall"

// Where the kernel has no death signal, startGuard does the work.
const kernelEndsChildren = false

func dieWithParent(*syscall.SysProcAttr) {}
