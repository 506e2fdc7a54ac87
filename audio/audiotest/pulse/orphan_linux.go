package pulse

import "syscall"

// dieWithParent has the kernel end the server when this process is killed, so
// that no test leaves one behind.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
