package core

import (
	"deputy/agent/event"
	"deputy/agent/state"
)

// acknowledge has an order acknowledged unless something is said first. Who typed
// it sees that it was taken.
func (x *step) acknowledge(t *state.Task, h event.Heard) {
	if x.Ack <= 0 || h.Typed || t.Status != event.Working {
		return
	}
	x.PendingAck = state.Ack{Task: t.ID, Ended: h.Ended, Due: h.Ended.Add(x.Ack)}
	x.intend(event.Wake{At: x.PendingAck.Due, Ack: true})
}

// chime sounds the acknowledgement that is due. It is for silence only: not
// beside a line, not into the owner's going on, and not when the order is over.
// It needs no place in the journal, since nothing follows from it.
func (x *step) chime() {
	a := x.PendingAck
	if a.Task == "" || x.At.Before(a.Due) {
		return
	}
	x.PendingAck = state.Ack{}
	t := x.Tasks[a.Task]
	if t == nil || t.Status != event.Working || len(x.Lines) > 0 || x.SpeechAfter(a.Ended) {
		return
	}
	x.intend(event.Chime{})
}
