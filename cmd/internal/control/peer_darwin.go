package control

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// A process is known here by its number alone. What ends while it is looked at may
// leave that to another, and what has lost its parent can't be told from what the
// user has started: macOS marks neither.
type process struct{ id int }

func peerAt(socket int) (p peer, err error) {
	c, err := unix.GetsockoptXucred(socket, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return p, fmt.Errorf("ask who has connected: %w", err)
	}
	pid, err := unix.GetsockoptInt(socket, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		return p, fmt.Errorf("ask who has connected: %w", err)
	}
	return peer{uid: int(c.Uid), pid: pid, process: process{pid}}, nil
}

func (process) close() {}

func (p process) alive() bool { return unix.Kill(p.id, 0) == nil }

func (peer) sameNamespaces() error { return nil }

// Mark does nothing here.
func Mark() error { return nil }

func (peer) unmarked() error { return nil }

func parentOf(pid int) (int, error) {
	k, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return 0, err
	}
	return int(k.Eproc.Ppid), nil
}

// openTerminal opens the terminal in whose foreground the peer is, to write to.
func (p peer) openTerminal() (*os.File, error) {
	k, err := unix.SysctlKinfoProc("kern.proc.pid", p.pid)
	if err != nil || k.Eproc.Tdev == -1 || k.Eproc.Pgid != k.Eproc.Tpgid {
		return nil, noTerminal
	}
	all, err := filepath.Glob("/dev/tty*")
	if err != nil {
		return nil, err
	}
	for _, path := range all {
		if info, err := os.Stat(path); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Rdev == k.Eproc.Tdev {
				return os.OpenFile(path, os.O_WRONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
			}
		}
	}
	return nil, noTerminal
}
