package journal

import "context"

// A Snapshot is what somebody made of the events up to one of them. To a journal
// its body is bytes, as an event's is.
type Snapshot struct {
	Seq    Seq    // the last event that went into it; at least 1
	Hash   Hash   // of that event
	Schema string // how Body is to be read and by which rules it was made; one line
	Body   []byte
}

// A Snapshotter is a Journal that keeps snapshots of what its events came to, so that
// a start need not read all of them. A snapshot is never more than a short cut:
// lost, damaged or forged, the events give the same.
type Snapshotter interface {
	Journal
	// SaveSnapshot makes s durable, whole or not at all; it fails if s is not of an event
	// that the chain holds. Two are kept. Called by one goroutine at a time, also
	// while another appends.
	SaveSnapshot(ctx context.Context, s Snapshot) error
	// LatestSnapshot is the youngest snapshot of that schema which this journal wrote and whose
	// event the chain holds; ok is false if there is none. Any other is passed
	// over. Who folds on from it must still find that the next event follows Hash.
	LatestSnapshot(ctx context.Context, schema string) (s Snapshot, ok bool)
	// Check checks the events that were not checked when the journal was opened,
	// at its leisure; it returns at once if all were. The error wraps ErrAltered at
	// the first place that is not what was written.
	Check(ctx context.Context) error
}
