// Package journal says what an event is and what a journal promises: append-only,
// hash-chained, durable when Append returns. It knows nothing of tasks, asks or
// tools: to it a body is bytes. Stores live in leaves (sqlite, nats), and
// journaltest is the suite that each of them passes.
package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"time"
)

// Sentinels on which callers branch.
var (
	// ErrAltered says that the journal is not what was written: cut, changed,
	// reordered or forged. The error that wraps it names the place.
	ErrAltered = errors.New("journal was altered")
	// ErrInUse says that another process owns the journal.
	ErrInUse = errors.New("journal is in use by another process")
	// ErrFull says that there is no room for more events. None is lost.
	ErrFull = errors.New("the disk is full; free some space and try again")
)

// Seq numbers the events of a journal from 1, without gaps.
type Seq uint64

// Hash is the SHA-256 that chains an event to the one before.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// An Event is one line of the journal.
type Event struct {
	Seq  Seq             // set by Append
	Time time.Time       // wall clock, microseconds, UTC
	Kind string          // "heard", "asked", "decided", "effect.started", ...
	Task string          // "" when it belongs to no task
	Body json.RawMessage // kind-specific; never a secret, never audio
	Prev Hash            // Hash of the event before; zero for the first; set by Append
	Hash Hash            // over everything above; set by Append
}

// A Journal is an append-only list of events. Append is called by one goroutine
// at a time; when it returns nil the events are on disk, all of them, in order,
// with Seq, Prev and Hash set in the caller's slice; on error none is. Events
// may be read by any goroutine while others append; it yields at most the
// events that were there when it began, and ends with an error that wraps
// ErrAltered at the first event whose chain is broken.
type Journal interface {
	Append(ctx context.Context, events ...Event) error
	Events(from Seq) iter.Seq2[Event, error]
}

// Sum is the hash of e given e.Prev: SHA-256 over length-prefixed fields, so
// that no two different events have the same input.
func Sum(e Event) Hash {
	h := sha256.New()
	var b [8]byte
	num := func(n uint64) { binary.BigEndian.PutUint64(b[:], n); h.Write(b[:]) }
	field := func(p []byte) { num(uint64(len(p))); h.Write(p) }
	h.Write(e.Prev[:])
	num(uint64(e.Seq))
	num(uint64(e.Time.UnixMicro()))
	field([]byte(e.Kind))
	field([]byte(e.Task))
	field(e.Body)
	return Hash(h.Sum(nil))
}

// Link fills in Seq, Prev and Hash of events so that they follow (seq, prev),
// and rounds Time to what the hash covers. Stores use it in Append.
func Link(seq Seq, prev Hash, events []Event) {
	for i := range events {
		seq++
		e := &events[i]
		e.Time = e.Time.UTC().Truncate(time.Microsecond)
		e.Seq, e.Prev = seq, prev
		e.Hash = Sum(*e)
		prev = e.Hash
	}
}

// Check says whether e follows (seq, prev); the error is an *Altered that names
// the place.
func Check(seq Seq, prev Hash, e Event) error {
	switch {
	case e.Seq != seq+1:
		return &Altered{Damage: Misplaced, Seq: seq + 1, To: e.Seq, Kind: e.Kind}
	case e.Prev != prev:
		return &Altered{Damage: Unchained, Seq: e.Seq, Kind: e.Kind}
	case Sum(e) != e.Hash:
		return &Altered{Damage: Changed, Seq: e.Seq, Kind: e.Kind}
	}
	return nil
}
