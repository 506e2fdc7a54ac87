package agent

import (
	"slices"
	"time"
)

// A wake is a time at which the desk is told that it has come.
type wake struct {
	at    time.Time
	timer *time.Timer
}

// wake sets a timer, and lets go of those that are over.
func (h *hands) wake(i Wake) {
	if now := time.Now(); len(h.wakes) >= 2*h.tidied+64 {
		h.wakes = slices.DeleteFunc(h.wakes, func(w wake) bool { return w.at.Before(now) })
		h.tidied = len(h.wakes)
	}
	h.wakes = append(h.wakes, wake{i.At, time.AfterFunc(time.Until(i.At), func() { h.d.Tell(Woke{Ack: i.Ack}) })})
}
