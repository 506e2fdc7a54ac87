package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"deputy/agent/journal"
)

// mostRest bounds how many damaged events are read: more than anyone looks at.
const mostRest = 100_000

// readChain finds where the whole part ends, and reads what is behind it.
func (f *Findings) readChain(ctx context.Context) (end mark, err error) {
	if size(f.path) == 0 && size(f.path+"-wal") == 0 {
		return end, nil // gone or emptied: the head and the anchor say what is missing
	}
	if err := f.damaged(checkSchema(ctx, f.j.r)); err != nil {
		return end, err
	}
	var kind string
	if err := f.j.r.QueryRowContext(ctx, "SELECT type FROM sqlite_schema WHERE name='event'").Scan(&kind); err != nil || kind != "table" {
		return end, nil // no events here that could be read; the layout says why
	}
	c := f.j.checker()
	for {
		events, seals, err := f.j.read(ctx, int64(end.seq), math.MaxInt64)
		for i, e := range events {
			if broken := c.check(end, e, seals[i]); broken != nil {
				f.Whole = end.seq
				return end, errors.Join(f.damaged(broken), f.readRest(ctx, end))
			}
			end, f.Last = mark{e.Seq, e.Hash}, e.Time
		}
		f.Whole = end.seq
		if err != nil {
			return end, errors.Join(f.damaged(err), f.readRest(ctx, end))
		}
		if len(events) == 0 {
			return end, f.readBefore(ctx)
		}
	}
}

// readBefore looks for rows that stand before the first event.
func (f *Findings) readBefore(ctx context.Context) error {
	rest, _, err := f.rows(ctx, "WHERE seq < 1 ORDER BY seq", mostRest)
	if f.Rest = append(f.Rest, rest...); len(rest) > 0 {
		f.Damage = append(f.Damage, &journal.Altered{Damage: journal.Misplaced, Seq: 1, To: rest[0].Seq})
	}
	return f.damaged(err)
}

// readRest reads the rows behind end from both sides, up to the damage between.
func (f *Findings) readRest(ctx context.Context, end mark) error {
	rest, broken, err := f.rows(ctx, fmt.Sprintf("WHERE seq > %d ORDER BY seq", end.seq), mostRest)
	if err != nil {
		return err
	}
	f.Rest = rest
	if !broken {
		return nil
	}
	last := end.seq
	if len(rest) > 0 {
		last = rest[len(rest)-1].Seq
	}
	back, _, err := f.rows(ctx, fmt.Sprintf("WHERE seq > %d ORDER BY seq DESC", last), mostRest)
	slices.Reverse(back)
	f.Rest = append(f.Rest, back...)
	return err
}

// rows reads events without believing them, until the end or (then broken is
// true) to the first that can't be read.
func (f *Findings) rows(ctx context.Context, where string, most int) (events []journal.Event, broken bool, err error) {
	fail := func(err error) ([]journal.Event, bool, error) {
		if a := journal.AlteredIn(explain(err)); a != nil {
			return events, true, nil
		}
		return events, false, err
	}
	rows, err := f.j.r.QueryContext(ctx, columns+where+" LIMIT ?", most)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		e, _, err := scanRow(rows)
		if a := journal.AlteredIn(err); a != nil && a.Damage == journal.Unreadable {
			return fail(err)
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return events, false, nil
}

// checkEnd compares a chain that is whole in itself with where it should end.
func (f *Findings) checkEnd(end mark) error {
	if !f.Sealed {
		return nil // the head can't be believed either
	}
	if at := f.j.seal.anchor; at.seq > 0 && at.seq <= end.seq {
		if h, err := f.j.hashOf(context.Background(), at.seq); err != nil {
			return f.damaged(err)
		} else if h != at.hash {
			f.Damage = append(f.Damage, &journal.Altered{Damage: journal.Forked, Seq: at.seq})
		}
	}
	h, err := readHead(f.path+".head", f.j.seal.key)
	if err == nil {
		f.Known = max(f.Known, h.done.seq)
		err = h.check(end)
	}
	if err == nil {
		err = f.j.seal.check(end)
	}
	return f.damaged(err)
}
