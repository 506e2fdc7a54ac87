package core

import (
	"deputy/agent/event"
	"deputy/agent/state"
	"time"
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
	if a.Task == "" || x.at.Before(a.Due) {
		return
	}
	x.PendingAck = state.Ack{}
	t := x.Tasks[a.Task]
	if t == nil || t.Status != event.Working || len(x.Lines) > 0 || x.speechAfter(a.Ended) {
		return
	}
	x.intend(event.Chime{})
}

// speechAfter says whether somebody is speaking who began after t.
func (x *step) speechAfter(t time.Time) bool {
	for _, u := range x.Speech {
		if u.Began.After(t) {
			return true
		}
	}
	return false
}

// isChime says whether the utterance may be no more than the chime, heard through
// the room by a detector that goes by loudness. The chime holds no words, so
// unlike what overlaps Deputy's voice, speech that only overlaps it is the owner's.
func (x *step) isChime(h event.Heard) bool {
	return !h.Typed && !h.Key && !x.FullDuplex && !x.Chimed.Began.IsZero() &&
		!h.Began.Before(x.Chimed.Began) && !h.Ended.After(x.Chimed.Ended.Add(x.tail()))
}
