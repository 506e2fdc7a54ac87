package control

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestManyListeners: of many that want the socket at the same time one has it, and
// who connects reaches that one.
func TestManyListeners(t *testing.T) {
	dir, err := os.MkdirTemp("", "deputy-socket-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for range 20 {
		path := filepath.Join(dir, "s")
		// One was killed and left its socket behind.
		old, err := Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		old.(interface{ SetUnlinkOnClose(bool) }).SetUnlinkOnClose(false)
		old.Close()
		listeners := make(chan net.Listener, 30)
		var all sync.WaitGroup
		for range cap(listeners) {
			all.Go(func() {
				if l, err := Listen(path); err == nil {
					listeners <- l
				}
			})
		}
		all.Wait()
		close(listeners)
		n := 0
		for l := range listeners {
			n++
			met := make(chan bool, 1)
			go func() {
				c, err := l.Accept()
				if err == nil {
					c.Close()
				}
				met <- err == nil
			}()
			c, err := net.Dial("unix", path)
			if err != nil {
				t.Fatalf("nobody can reach the one who has the socket: %v", err)
			}
			c.Close()
			select {
			case <-met:
			case <-time.After(10 * time.Second):
				t.Fatal("who connects does not reach the one who has the socket")
			}
			l.Close()
		}
		if n != 1 {
			t.Fatalf("%d have the socket, want 1", n)
		}
	}
}
