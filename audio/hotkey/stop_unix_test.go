//go:build unix

package hotkey

import (
	"os"
	"syscall"
	"testing"
)

// stop makes a process hang.
func stop(t *testing.T, p *os.Process) {
	t.Helper()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}
