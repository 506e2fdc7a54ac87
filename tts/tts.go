// Package tts turns lines of text into sound in the order that matters: it
// knows sentences, what is speakable, and the queue that can be hushed. It must
// not know what a line is about, who wrote it, or which engine and device are
// used; those live in leaves.
package tts

import (
	"context"
	"time"

	"deputy/audio"
)

// A Synthesizer turns one sentence of speakable text into sound. It may be
// called from any goroutine. The Source streams: its first samples come before
// its last are computed. The caller closes it; ending ctx ends it too.
type Synthesizer interface {
	// Synthesize speaks text in language ("en" or "ko").
	Synthesize(ctx context.Context, text, language string) (audio.Source, error)
}

// A Player makes sound. Play blocks until the last sample has left the speaker
// or ctx has ended, in which case it stops within one 20 ms frame. It returns
// how much was heard. It is called by one goroutine. It closes nothing.
type Player interface {
	Play(ctx context.Context, src audio.Source) (heard time.Duration, err error)
	Close() error
}

// A Line is something to say as one piece: one or more sentences.
type Line struct {
	// ID is the caller's; Spoken carries it back.
	ID string
	// Text may hold markdown, URLs, code, numbers: Voice makes it speakable.
	Text string
	// Language is "en", "ko", or "" to choose by sentence.
	Language string
	// Urgent lines (asks) go ahead of lines that haven't begun.
	Urgent bool
}

// Spoken says what became of a Line.
type Spoken struct {
	Line string // Line.ID
	// Began is when its first sample was played; zero if none was.
	Began time.Time
	// Ended is when its last sample was played or it was hushed or dropped.
	Ended time.Time
	// Whole says that it was heard to its end. Only then does it count as said.
	Whole bool
	// Err is set when it could not be spoken at all (no voice, no speaker).
	Err error
}
