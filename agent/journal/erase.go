package journal

import (
	"context"
	"encoding/json"
	"time"
)

// An Erasure is the sealed record that the text of events was erased by rule: of
// some of those from From to To, each of which was older than Keep at At.
type Erasure struct {
	From, To Seq
	At       time.Time // whole seconds
	Keep     time.Duration
}

// Covers says whether the record allows that the text of e is gone.
func (r Erasure) Covers(e Event) bool {
	return r.From <= e.Seq && e.Seq <= r.To && !e.Time.After(r.At.Add(-r.Keep))
}

// An Eraser is a Journal that can forget what old events say. Their hashes stay,
// with what says that they were written and that each was erased by rule.
type Eraser interface {
	Journal
	// Erase gives each event that is older than keep at now the body that redact
	// makes of it, once; nil leaves it as it is. n is how many were changed. It may
	// be called while another goroutine appends. Stopped at any point it can be
	// called again.
	Erase(ctx context.Context, now time.Time, keep time.Duration, redact func(Event) json.RawMessage) (n int, err error)
	// Erased are the records of what was erased, the oldest first.
	Erased() []Erasure
}
