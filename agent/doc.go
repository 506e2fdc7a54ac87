// Package agent is the desk: it takes in what was heard, typed, planned, done
// and spoken as events, and decides what follows. It knows tasks, asks, effects
// and the order in which they may happen; it must not know any sound, any
// vendor, any file format or any wording (phrases are handed to it).
//
//	Heard, Typed ──► Tell ──► Run: journal.Append ──► Step ──► intents
//	                  ▲                                          │
//	                  └── Replied, Planned, Ended, Spoken ◄──────┘
//
// Step is pure: a state and an event give the events to journal and the intents
// to carry out. Run owns the state; nothing else may touch it. The journal is
// the only truth: folding it gives the state back after a crash. What is finished
// is forgotten by and by, and a snapshot of a fold is a short cut to its end.
package agent

import "errors"

// Sentinels on which callers branch.
var (
	// ErrMalformed is a model's reply that can't be understood.
	ErrMalformed = errors.New("the model's reply can't be understood")
	// ErrUnreachable is a model's server that doesn't answer.
	ErrUnreachable = errors.New("the model can't be reached")
	// ErrUnknown is an effect of which nobody can say whether it happened: a
	// connection lost between the order and its answer.
	ErrUnknown = errors.New("it is not known whether it happened")
)
