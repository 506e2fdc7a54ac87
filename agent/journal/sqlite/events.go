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

const columns = "SELECT seq, time, kind, task, body, prev, hash, seal FROM event "

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
	return j.scanAbove(ctx, low, before, to, do)
}

// scanAbove is scan that sees no row numbered low or below.
func (j *Journal) scanAbove(ctx context.Context, low int64, before, to mark, do func(journal.Event) bool) error {
	c := j.checker()
	for before.seq < to.seq || low == math.MinInt64 {
		events, seals, err := j.read(ctx, low, to.seq)
		// What was read before the damage may have a place to name that comes first.
		for i, e := range events {
			if err := c.check(before, e, seals[i]); err != nil {
				return err
			}
			before = mark{e.Seq, e.Hash}
			if !do(e) {
				return nil
			}
		}
		if err != nil {
			return err
		}
		if low = int64(before.seq); len(events) == 0 {
			break
		}
	}
	if before != to {
		return &journal.Altered{Damage: journal.Missing, Seq: before.seq + 1}
	}
	return nil
}

// read is one page: the events numbered above low, up to and with to, and their
// seals. On error it gives those that could be read before.
func (j *Journal) read(ctx context.Context, low int64, to journal.Seq) (events []journal.Event, seals [][]byte, err error) {
	rows, err := j.r.QueryContext(ctx, columns+"WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", low, int64(to), page)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	events, seals = make([]journal.Event, 0, page), make([][]byte, 0, page)
	for rows.Next() {
		e, seal, err := scanRow(rows)
		if err != nil {
			return events, seals, unreadable(low, events, err)
		}
		events, seals = append(events, e), append(seals, seal)
	}
	return events, seals, unreadable(low, events, rows.Err())
}

// scanRow makes an event of a row. The table allows no row that it can't be made
// of: an error means that the file was cut or overwritten;
// what could be read comes with it.
func scanRow(rows *sql.Rows) (e journal.Event, seal []byte, err error) {
	var seq, micro int64
	var body, prev, hash []byte
	if err := rows.Scan(&seq, &micro, &e.Kind, &e.Task, &body, &prev, &hash, &seal); err != nil {
		return e, nil, &journal.Altered{Damage: journal.Unreadable, Err: err}
	}
	e.Seq, e.Time = journal.Seq(seq), time.UnixMicro(micro).UTC()
	if len(body) > 0 {
		e.Body = body
	}
	copy(e.Prev[:], prev)
	copy(e.Hash[:], hash)
	switch {
	case len(prev) != len(e.Prev):
		return e, nil, &journal.Altered{Damage: journal.Unchained, Seq: e.Seq, Kind: e.Kind}
	case len(hash) != len(e.Hash):
		return e, nil, &journal.Altered{Damage: journal.Changed, Seq: e.Seq, Kind: e.Kind}
	}
	return e, seal, nil
}

// unreadable names the place at which reading ended: after the events that were read.
func unreadable(low int64, events []journal.Event, err error) error {
	a := journal.AlteredIn(explain(err))
	if a == nil || a.Damage != journal.Unreadable && a.Damage != journal.NoJournal {
		return err
	}
	at := journal.Seq(max(low, 0)) + 1
	if n := len(events); n > 0 {
		at = events[n-1].Seq + 1
	}
	return &journal.Altered{Damage: journal.Unreadable, Seq: at, Err: a.Err}
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
		err = &journal.Altered{Damage: journal.Changed, Seq: m.seq}
	}
	return m, err
}

func (j *Journal) hashOf(ctx context.Context, seq journal.Seq) (h journal.Hash, err error) {
	var b []byte
	err = j.r.QueryRowContext(ctx, "SELECT hash FROM event WHERE seq = ?", int64(seq)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return h, &journal.Altered{Damage: journal.Missing, Seq: seq}
	}
	if err == nil && len(b) != len(h) {
		return h, &journal.Altered{Damage: journal.Changed, Seq: seq}
	}
	copy(h[:], b)
	return h, err
}
