package control

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deputy/agent"
)

// TestWatcherHangsUp: somebody who hung up is fed no more.
func TestWatcherHangsUp(t *testing.T) {
	dir, err := os.MkdirTemp("", "deputy-socket-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s := &Server{Feed: NewFeed()}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	enough := errors.New("enough")
	if err := Call(ctx, path, Request{Do: "watch"}, func(Response) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s.Feed.Observe(agent.Event{Body: agent.Told{}})
		s.Feed.mu.Lock()
		n := len(s.Feed.watchers)
		s.Feed.mu.Unlock()
		if n == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("somebody who hung up is still fed")
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
