package control

import (
	"os"

	"golang.org/x/sys/unix"
)

// flushInput forgets what has been typed and not read.
func flushInput(f *os.File) error {
	const fread = 1
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = unix.IoctlSetPointerInt(int(fd), unix.TIOCFLUSH, fread) }); cerr != nil {
		return cerr
	}
	return err
}
