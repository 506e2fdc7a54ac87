package control

import (
	"testing"

	"deputy/agent"
)

func TestFeed(t *testing.T) {
	f := NewFeed()
	f.Observe(agent.Event{Body: agent.Told{Text: "nobody watches"}})
	a, stopA := f.Watch()
	b, stopB := f.Watch()
	for _, text := range []string{"one", "two"} {
		f.Observe(agent.Event{Body: agent.Told{Text: text}})
	}
	for _, w := range []<-chan agent.Event{a, b} {
		for _, want := range []string{"one", "two"} {
			if got := (<-w).Body.(agent.Told).Text; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
	stopA()
	stopA() // twice is once
	if _, open := <-a; open {
		t.Error("a watcher that stopped is still fed")
	}
	f.Observe(agent.Event{Body: agent.Told{Text: "three"}})
	if got := (<-b).Body.(agent.Told).Text; got != "three" {
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
		f.Observe(agent.Event{Body: agent.Told{}})
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
