package control

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// A listener is the socket with the lock of the file beside it: whoever holds that
// may put the socket there, or away.
type listener struct {
	*net.UnixListener
	lock *os.File
}

// Close takes the socket away first.
func (l listener) Close() error { return errors.Join(l.UnixListener.Close(), l.lock.Close()) }

// Listen opens the socket, only for this user. A socket left behind by a process
// that died is replaced; one whose lock is held isn't.
func Listen(path string) (_ net.Listener, err error) {
	if err := ownFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("make a place for the socket: %w", err)
	}
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the socket: %w", err)
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	// The system gives the lock back when the process ends, however it ends.
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, ErrAnother
	}
	if err != nil {
		return nil, fmt.Errorf("lock the socket: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	// The mode must be right from the first moment, not after a chmod.
	old := syscall.Umask(0o177)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	return listener{l, lock}, nil
}

// ownFolder makes a folder that is this user's alone. One of somebody else's could
// hold any socket tomorrow.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a folder of this user's; move it away", path)
	}
	return os.Chmod(path, 0o700)
}
