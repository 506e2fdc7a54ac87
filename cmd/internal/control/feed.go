package control

import (
	"sync"

	"deputy/agent/event"
)

// A Feed hands the desk's events to whoever watches: the terminal, a socket, a
// rehearsal. A watcher that falls far behind is cut off, since the desk must
// never wait for one.
type Feed struct {
	// mu guards watchers: they come and go on their own goroutines.
	mu       sync.Mutex
	watchers map[chan event.Event]bool
}

func NewFeed() *Feed { return &Feed{watchers: map[chan event.Event]bool{}} }

// Observe is agent.Options.Observe.
func (f *Feed) Observe(e event.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.watchers {
		select {
		case w <- e:
		default:
			delete(f.watchers, w)
			close(w)
		}
	}
}

// Watch gives every event from now on. stop may be called more than once; the
// channel is closed then, or when the watcher was cut off.
func (f *Feed) Watch() (events <-chan event.Event, stop func()) {
	w := make(chan event.Event, 4096)
	f.mu.Lock()
	f.watchers[w] = true
	f.mu.Unlock()
	return w, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.watchers[w] {
			delete(f.watchers, w)
			close(w)
		}
	}
}
