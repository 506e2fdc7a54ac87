package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"deputy/agent/journal"
)

// page is how many events are read at once. Between pages no read transaction
// is open, so a slow reader keeps neither the writer nor the WAL waiting.
const page = 256

const columns = "SELECT seq, time, kind, task, body, prev, hash FROM event "

// Events yields the events from number from on (0 and 1 are the first); see
// journal.Journal. It checks the chain as it goes.
func (j *Journal) Events(from journal.Seq) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		ctx := context.Background()
		to, before, err := j.bounds(ctx, from)
		if err == nil {
			err = j.scan(ctx, before, to, func(e journal.Event) bool { return yield(e, nil) })
		}
		if err != nil {
			yield(journal.Event{}, fmt.Errorf("read the journal: %w", explain(err)))
		}
	}
}

// Verify checks the whole chain and, against the head file, its end. It may be
// called while another process appends.
func (j *Journal) Verify(ctx context.Context) error {
	fail := func(err error) error { return fmt.Errorf("verify the journal: %w", explain(err)) }
	for tries := 0; ; tries++ {
		if _, err := j.walk(ctx); err != nil {
			return fail(err)
		}
		h, err := readHead(j.path + ".head")
		if err != nil {
			return fail(err)
		}
		// The owner writes the head, then the events: read in the other order
		// the two belong together unless it appended twice in between.
		last, err := j.last(ctx)
		if err != nil {
			return fail(err)
		}
		if err = h.check(last); err == nil {
			return nil
		} else if tries == 20 {
			return fail(err)
		}
	}
}

// walk reads and checks every event there is and returns the last.
func (j *Journal) walk(ctx context.Context) (mark, error) {
	to, err := j.last(ctx)
	if err != nil {
		return mark{}, err
	}
	return to, j.scan(ctx, mark{}, to, func(journal.Event) bool { return true })
}

// bounds is what Events(from) reads: after before, up to and with to.
func (j *Journal) bounds(ctx context.Context, from journal.Seq) (to, before mark, err error) {
	if j.w == nil {
		to, err = j.last(ctx)
	} else {
		to.seq, to.hash = j.Head()
	}
	if err != nil || from <= 1 {
		return to, before, err
	}
	if from > to.seq {
		return to, to, nil
	}
	before.seq = from - 1
	before.hash, err = j.hashOf(ctx, before.seq)
	return to, before, err
}

// scan hands over the events after before, up to and with to, as long as do wants more.
func (j *Journal) scan(ctx context.Context, before, to mark, do func(journal.Event) bool) error {
	low := int64(before.seq)
	if low == 0 {
		low = math.MinInt64 // a row numbered below 1 was not written by us: find it
	}
	for before.seq < to.seq || low == math.MinInt64 {
		events, err := j.read(ctx, low, to.seq)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := journal.Check(before.seq, before.hash, e); err != nil {
				return err
			}
			before = mark{e.Seq, e.Hash}
			if !do(e) {
				return nil
			}
		}
		if low = int64(before.seq); len(events) == 0 {
			break
		}
	}
	if before != to {
		return fmt.Errorf("%w: event %d is missing", journal.ErrAltered, before.seq+1)
	}
	return nil
}

// read is one page: the events numbered above low, up to and with to.
func (j *Journal) read(ctx context.Context, low int64, to journal.Seq) ([]journal.Event, error) {
	rows, err := j.r.QueryContext(ctx, columns+"WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", low, int64(to), page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	events := make([]journal.Event, 0, page)
	for rows.Next() {
		var e journal.Event
		var seq, micro int64
		var body, prev, hash []byte
		if err := rows.Scan(&seq, &micro, &e.Kind, &e.Task, &body, &prev, &hash); err != nil {
			// The table allows no such row: the file was cut or overwritten.
			return nil, fmt.Errorf("%w: the row after event %d is damaged; %s (%w)", journal.ErrAltered, max(low, 0)+int64(len(events)), restore, err)
		}
		if len(prev) != len(e.Prev) || len(hash) != len(e.Hash) {
			return nil, fmt.Errorf("%w: the hashes of event %d are not what was written", journal.ErrAltered, seq)
		}
		e.Seq, e.Time = journal.Seq(seq), time.UnixMicro(micro).UTC()
		if len(body) > 0 {
			e.Body = body
		}
		copy(e.Prev[:], prev)
		copy(e.Hash[:], hash)
		events = append(events, e)
	}
	return events, rows.Err()
}

// last is the last event there is, unchecked.
func (j *Journal) last(ctx context.Context) (mark, error) {
	var seq int64
	var hash []byte
	err := j.r.QueryRowContext(ctx, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return mark{}, nil
	}
	m := mark{seq: journal.Seq(seq)}
	if err == nil && copy(m.hash[:], hash) != len(hash) {
		err = fmt.Errorf("%w: the hash of event %d is not what was written", journal.ErrAltered, seq)
	}
	return m, err
}

func (j *Journal) hashOf(ctx context.Context, seq journal.Seq) (h journal.Hash, err error) {
	var b []byte
	err = j.r.QueryRowContext(ctx, "SELECT hash FROM event WHERE seq = ?", int64(seq)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return h, fmt.Errorf("%w: event %d is missing", journal.ErrAltered, seq)
	}
	if err == nil && len(b) != len(h) {
		return h, fmt.Errorf("%w: the hash of event %d is not what was written", journal.ErrAltered, seq)
	}
	copy(h[:], b)
	return h, err
}
