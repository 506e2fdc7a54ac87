package control

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A process is a handle that stays with one process, also when its number is given
// to another.
type process struct{ fd int }

// peerAt asks the kernel who has connected. Before Linux 6.5 it tells no handle of
// who that was, only the number: a process that ended before it was looked at may
// have left that to another.
func peerAt(socket int) (p peer, err error) {
	c, err := unix.GetsockoptUcred(socket, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return p, fmt.Errorf("ask who has connected: %w", err)
	}
	p = peer{uid: int(c.Uid), pid: int(c.Pid)}
	if p.pid == 0 { // in a process namespace that this one can't see into
		return p, elsewhere
	}
	p.fd, err = unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_PEERPIDFD)
	if errors.Is(err, unix.ENOPROTOOPT) {
		p.fd, err = unix.PidfdOpen(p.pid, 0)
	}
	if err != nil {
		return p, gone
	}
	unix.CloseOnExec(p.fd)
	return p, nil
}

func (p process) close() { unix.Close(p.fd) }

// alive says whether the process has not ended.
func (p process) alive() bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}, 0)
	return n == 0 && err == nil
}

// sameNamespaces says whether the peer sees the same processes, users and files as
// Deputy. What is in a sandbox or a container doesn't, whoever started it.
func (p peer) sameNamespaces() error {
	for _, kind := range []string{"pid", "user", "mnt"} {
		own, err := os.Readlink("/proc/self/ns/" + kind)
		if err != nil {
			return fmt.Errorf("look at this process: %w", err)
		}
		if theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", p.pid, kind)); err != nil || theirs != own {
			return elsewhere
		}
	}
	return nil
}

// marked is the hard limit on file locks of a Deputy and of whatever it has
// started. Linux has not counted such locks since 2.4: the limit does nothing but
// mark. A process hands it on to its children, and nobody but root can raise it.
const marked = 1<<40 - 1

// Mark marks this process and whatever it starts from now on, however long that
// lives and whoever becomes its parent, as not to be listened to by any Deputy.
func Mark() error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_LOCKS, &l); err != nil {
		return fmt.Errorf("mark what is started: %w", err)
	}
	l.Max = min(l.Max, marked)
	l.Cur = min(l.Cur, l.Max)
	if err := unix.Setrlimit(unix.RLIMIT_LOCKS, &l); err != nil {
		return fmt.Errorf("mark what is started: %w", err)
	}
	return nil
}

// unmarked says whether the peer was started by no Deputy.
func (p peer) unmarked() error {
	var own, theirs unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_LOCKS, &own); err != nil || own.Max > marked {
		return err // this process marks nothing
	}
	if err := unix.Prlimit(p.pid, unix.RLIMIT_LOCKS, nil, &theirs); err != nil {
		return gone
	}
	if theirs.Max <= marked {
		return ownChild
	}
	return nil
}

// A status is what /proc says of a process.
type status struct{ parent, group, terminal, foreground int }

func statusOf(pid int) (s status, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, err
	}
	// The second field is a name, in brackets, that may hold anything.
	_, err = fmt.Sscanf(string(b[strings.LastIndexByte(string(b), ')')+1:]), " %1s %d %d %d %d %d",
		new(string), &s.parent, &s.group, new(int), &s.terminal, &s.foreground)
	return s, err
}

func parentOf(pid int) (int, error) {
	s, err := statusOf(pid)
	return s.parent, err
}

// openTerminal opens the terminal in whose foreground the peer is, to write to.
func (p peer) openTerminal() (*os.File, error) {
	s, err := statusOf(p.pid)
	if err != nil || s.terminal == 0 || s.group != s.foreground {
		return nil, noTerminal
	}
	// Not blocking: a terminal may be stopped.
	f, err := os.OpenFile(terminalPath(uint64(uint32(s.terminal))), os.O_WRONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, noTerminal
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, noTerminal
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || info.Mode()&os.ModeCharDevice == 0 || st.Rdev != uint64(uint32(s.terminal)) {
		f.Close()
		return nil, noTerminal
	}
	return f, nil
}

// terminalPath is the file of a terminal by its device number.
func terminalPath(device uint64) string {
	major, minor := unix.Major(device), int(unix.Minor(device))
	switch {
	case major == 136:
		return "/dev/pts/" + strconv.Itoa(minor)
	case major == 4 && minor < 64:
		return "/dev/tty" + strconv.Itoa(minor)
	case major == 4:
		return "/dev/ttyS" + strconv.Itoa(minor-64)
	}
	return "/dev/null" // no terminal: refused
}
