package control

import (
	"os"

	"golang.org/x/sys/unix"
)

// flushInput forgets what has been typed and not read.
func flushInput(f *os.File) error { return onTerminal(f, unix.TCFLSH, unix.TCIFLUSH) }

func onTerminal(f *os.File, request uint, value int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = unix.IoctlSetInt(int(fd), request, value) }); cerr != nil {
		return cerr
	}
	return err
}
