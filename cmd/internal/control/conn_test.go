package control

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/timing"
)

// socketPath is short enough for a socket.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "deputy-socket-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "deputy", "s")
}

// serving is a server without a desk: it can be watched and counts nothing.
func serving(t *testing.T) (*Server, string) {
	t.Helper()
	path := socketPath(t)
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		Feed: NewFeed(), Language: "en",
		Turns: func() []timing.Turn { return nil }, Metrics: func(io.Writer) error { return nil },
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s, path
}

func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func metrics(path string) error {
	return Call(context.Background(), path, Request{Do: "metrics"}, func(Response) error { return nil })
}

// TestFlood: more than the server answers at a time are told so at once, and those
// who say nothing make room by themselves.
func TestFlood(t *testing.T) {
	t.Parallel()
	_, path := serving(t)
	for range mostConns {
		dial(t, path)
	}
	began := time.Now()
	// The last of them may not have been accepted yet.
	for err := metrics(path); err == nil || !strings.Contains(err.Error(), "too many"); err = metrics(path) {
		if time.Since(began) > askWithin/2 {
			t.Fatalf("got %v, want it told at once that there are too many", err)
		}
	}
	for err := metrics(path); err != nil; err = metrics(path) {
		if time.Since(began) > 4*askWithin {
			t.Fatalf("got %v after %v, want room again", err, time.Since(began))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestSlowRequest: a request that comes a byte at a time is not waited for for ever.
func TestSlowRequest(t *testing.T) {
	t.Parallel()
	_, path := serving(t)
	c := dial(t, path)
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(c)
		ended <- err
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.After(4 * askWithin)
	for {
		select {
		case <-ended:
			return
		case <-late:
			t.Fatal("it is still waited for")
		case <-tick.C:
			c.Write([]byte("x")) // fails when it was given up
		}
	}
}

// TestSlowReader: somebody who watches and doesn't read is given up.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s, path := serving(t)
	c := dial(t, path)
	if _, err := io.WriteString(c, `{"do":"watch"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 1<<16)
	watched := func() bool {
		s.Feed.mu.Lock()
		defer s.Feed.mu.Unlock()
		return len(s.Feed.watchers) > 0
	}
	began := time.Now()
	for !watched() {
		time.Sleep(time.Millisecond)
	}
	for watched() {
		if time.Since(began) > 4*readWithin {
			t.Fatal("it is still waited for")
		}
		s.Feed.Observe(event.Event{Body: event.Heard{Text: text}})
		time.Sleep(10 * time.Millisecond)
	}
}

// TestFolder: the socket's folder is made this user's alone; what is not theirs is
// not used.
func TestFolder(t *testing.T) {
	path := socketPath(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	info, err := os.Stat(filepath.Dir(path))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v (%v), want 0700", info.Mode(), err)
	}
	link := socketPath(t)
	if err := os.Symlink(filepath.Dir(path), filepath.Dir(link)); err != nil {
		t.Fatal(err)
	}
	if l, err := Listen(link); err == nil {
		l.Close()
		t.Error("a link to a folder: got no error")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	if err := errors.Join(os.Remove(filepath.Dir(link)), os.Mkdir(filepath.Dir(link), 0o700), os.Chown(filepath.Dir(link), 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	if l, err := Listen(link); err == nil {
		l.Close()
		t.Error("another user's folder: got no error")
	}
}
