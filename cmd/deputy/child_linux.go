package main

import "syscall"

// dieWithParent has the kernel end the child when this process is gone.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
