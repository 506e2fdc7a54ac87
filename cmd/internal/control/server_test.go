package control

import (
	"errors"
	"testing"
	"time"

	"deputy/agent/event"
)

// TestWatcherHangsUp: somebody who hung up is fed no more.
func TestWatcherHangsUp(t *testing.T) {
	s, path := serving(t)
	enough := errors.New("enough")
	if err := Call(t.Context(), path, Request{Do: "watch"}, func(Response) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s.Feed.Observe(event.Event{Body: event.Notified{}})
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
}
