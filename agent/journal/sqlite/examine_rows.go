package sqlite

import (
	"context"
	"math"

	"deputy/agent/journal"
)

// readChain finds where the whole part ends.
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
				return end, f.damaged(broken)
			}
			end, f.Last = mark{e.Seq, e.Hash}, e.Time
		}
		f.Whole = end.seq
		if err != nil {
			return end, f.damaged(err)
		}
		if len(events) == 0 {
			return end, f.readBefore(ctx)
		}
	}
}

// readBefore looks for rows that stand before the first event.
func (f *Findings) readBefore(ctx context.Context) error {
	var first *int64
	err := f.j.r.QueryRowContext(ctx, "SELECT min(seq) FROM event WHERE seq < 1").Scan(&first)
	if first != nil {
		f.Damage = append(f.Damage, &journal.Altered{Damage: journal.Misplaced, Seq: 1, To: journal.Seq(*first)})
	}
	return f.damaged(err)
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
