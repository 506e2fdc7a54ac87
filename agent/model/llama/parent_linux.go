package llama

import "syscall"

const kernelEndsChildren = true

func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
