package control

import (
	"testing"

	"deputy/agent/event"
)

func TestFeed(t *testing.T) {
	f := NewFeed()
	f.Observe(event.Event{Body: event.Notified{Text: "nobody watches"}})
	a, stopA := f.Watch()
	b, stopB := f.Watch()
	for _, text := range []string{"one", "two"} {
		f.Observe(event.Event{Body: event.Notified{Text: text}})
	}
	for _, w := range []<-chan event.Event{a, b} {
		for _, want := range []string{"one", "two"} {
			if got := (<-w).Body.(event.Notified).Text; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
	stopA()
	stopA() // twice is once
	if _, open := <-a; open {
		t.Error("a watcher that stopped is still fed")
	}
	f.Observe(event.Event{Body: event.Notified{Text: "three"}})
	if got := (<-b).Body.(event.Notified).Text; got != "three" {
		t.Errorf("got %q, want three", got)
	}
	stopB()
}

// TestFeedCutsOff: whoever doesn't read is cut off; the desk never waits, and the
// others miss nothing.
func TestFeedCutsOff(t *testing.T) {
	f := NewFeed()
	slow, stop := f.Watch()
	defer stop()
	quick, stopQuick := f.Watch()
	defer stopQuick()
	for range cap(slow) + 1 {
		f.Observe(event.Event{Body: event.Notified{}})
		<-quick
	}
	n := 0
	for range slow {
		n++
	}
	if n != cap(slow) {
		t.Errorf("got %d events before it was cut off, want %d", n, cap(slow))
	}
	stop() // after being cut off is no harm
}
