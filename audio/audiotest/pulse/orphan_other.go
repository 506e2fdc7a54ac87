//go:build !linux

package pulse

import "syscall"

func dieWithParent() *syscall.SysProcAttr { return nil }
