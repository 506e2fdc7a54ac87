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
