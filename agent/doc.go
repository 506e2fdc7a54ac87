// Package agent is the desk, the half of it that acts: it journals events, carries
// out what follows from them, keeps time, and makes snapshots. What follows is decided
// by package core, which is pure. It must not know any sound, any vendor, any file
// format or any wording (phrases are handed to it).
//
//	Heard, Answered ──► Tell ──► Run: core.Step ──► journal.Append ──► intents
//	                     ▲                                               │
//	                     └──── Replied, Planned, Ended, Spoken ◄─────────┘ executor
//
// Run owns the state; nothing else may touch it. The journal is the only truth:
// folding it gives the state back after a crash.
package agent
