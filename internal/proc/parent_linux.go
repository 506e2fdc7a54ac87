package proc

import (
	"os/exec"
	"syscall"
)

// DieWithParent has the kernel send a signal to the program when the thread that
// starts it is gone: whoever means the process starts it from a thread that stays.
func DieWithParent(c *exec.Cmd, s syscall.Signal) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = s
}
