package control

import (
	"errors"
	"net"
	"os"
)

// A refusal is why somebody at the other end of the socket is not listened to: the
// key of a phrase.
type refusal string

func (r refusal) Error() string { return "control: " + string(r) }

const (
	otherUser  refusal = "control.other_user"  // it belongs to another user
	ownChild   refusal = "control.own_child"   // Deputy started it, or what started it
	elsewhere  refusal = "control.elsewhere"   // it is in a sandbox or a container
	gone       refusal = "control.gone"        // it has ended, or can't be looked at
	noTerminal refusal = "control.no_terminal" // it is in the foreground of no terminal
)

// A peer is the process at the other end of a connection, as the system tells it
// and not as it says itself: the one that connected, even if it has handed the
// connection on.
//
// What a peer may be is decided by vet. Who passes is a process of this user that
// Deputy has not started, in the same namespaces as Deputy: for whatever such a
// process does the user answers. docs/threats.md says what that leaves open.
type peer struct {
	uid, pid int
	process  // what the system knows it by
}

// vet says why the peer is not listened to; nil if it is.
func (p peer) vet() error {
	switch {
	case p.uid != os.Geteuid():
		return otherUser
	case p.pid == os.Getpid():
		return nil
	}
	err := errors.Join(p.sameNamespaces(), p.unmarked(), p.notBelow(os.Getpid()))
	// At the end: as long as it lives, its number is nobody else's.
	if !p.alive() {
		return gone
	}
	return err
}

// notBelow says whether a process is among the peer's ancestors. One that ends
// meanwhile leaves its children to another: then it is looked at again.
func (p peer) notBelow(above int) error {
	for range 100 {
		pid, err := p.pid, error(nil)
		for pid > 1 && err == nil {
			if pid == above {
				return ownChild
			}
			pid, err = parentOf(pid)
		}
		if err == nil {
			return nil
		}
		if !p.alive() {
			return gone
		}
	}
	return gone
}

// peerOf asks the system who has connected. The peer must be closed.
func peerOf(c net.Conn) (p peer, err error) {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return p, errors.New("this is no socket of this machine")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return p, err
	}
	if cerr := raw.Control(func(fd uintptr) { p, err = peerAt(int(fd)) }); cerr != nil {
		return p, cerr
	}
	return p, err
}
