package core

import (
	"time"

	"deputy/agent/command"
	"deputy/agent/event"
	"deputy/agent/state"
)

// overheardEvery is after how many ignored utterances the journal is told how many.
const overheardEvery = 100

// ignore lets an utterance go. Nothing of what was said stays.
func (x *step) ignore(h event.Heard, why event.Why) {
	x.record(event.Ignored{Utterance: h.Utterance, Why: why})
	if x.Overheard >= overheardEvery {
		x.record(event.Overheard{Count: x.Overheard})
	}
}

// takeIn makes an utterance part of the history.
func (x *step) takeIn(h event.Heard) {
	if x.Overheard > 0 {
		x.record(event.Overheard{Count: x.Overheard})
	}
	x.record(h)
}

// MayBeMeant says whether what is being said now needs no name: then the model may
// read ahead of it.
func (r *Rules) MayBeMeant(s *state.State, at time.Time, key bool) bool {
	return r.room(s, at).MayBeMeant(key)
}

// summoned answers the name alone: what is said next needs none.
func (x *step) summoned(h event.Heard) {
	x.takeIn(h)
	x.Called, x.Unnamed = h.Ended, 0
	x.intend(event.Chime{})
}

// countUnnamed counts what is taken in only since it follows Deputy's words.
func (x *step) countUnnamed(h event.Heard, v command.Verb) {
	switch {
	case x.Named || h.Typed || h.Key:
		x.Unnamed = 0
	case v == command.None && x.Presented() == nil && x.Noting() == nil:
		x.Unnamed++
	}
}
