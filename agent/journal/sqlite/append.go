package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"deputy/agent/journal"
)

// Append writes events, all or none; see journal.Journal. Once begun it does
// not heed ctx: a write that is half called off would leave its caller not
// knowing whether it happened.
func (j *Journal) Append(ctx context.Context, events ...journal.Event) error {
	if j.w == nil {
		return errors.New("append to the journal: it is open to be read only")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	if j.bad != nil {
		return fmt.Errorf("append to the journal: an earlier write failed, restart Deputy: %w", j.bad)
	}
	if len(events) == 0 {
		return nil
	}
	linked := slices.Clone(events) // the caller's stay as they are if this fails
	journal.Link(j.end.seq, j.end.hash, linked)
	if err := j.put(ctx, linked); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	copy(events, linked)
	return nil
}

// put writes events that are linked already.
func (j *Journal) put(ctx context.Context, linked []journal.Event) error {
	from, last := j.end, linked[len(linked)-1]
	to := mark{last.Seq, last.Hash}
	// First where the chain may end, then the events: after a crash between
	// the two it ends at from, after one behind them at to, never elsewhere.
	if err := j.file.before(from, to); err != nil {
		return explain(err)
	}
	if err := j.insert(context.WithoutCancel(ctx), linked); err != nil {
		return explain(err)
	}
	j.mu.Lock()
	j.end = to
	j.mu.Unlock()
	if err := j.file.after(to); err != nil {
		j.log.Warn("journal head not noted", "err", err) // the events are on disk all the same
	}
	if err := j.seal.note(to); err != nil {
		j.log.Warn("journal anchor not noted", "err", err)
	}
	return nil
}

func (j *Journal) insert(ctx context.Context, events []journal.Event) (err error) {
	tx, err := j.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		// After a full disk SQLite has rolled back already and says that there is
		// nothing to roll back: what is in the file decides.
		tx.Rollback()
		if m, merr := j.last(ctx); merr != nil || m != j.end {
			j.bad = errors.Join(err, merr)
		}
	}()
	put, err := tx.PrepareContext(ctx, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	defer put.Close()
	c := &checker{key: j.seal.key, sealer: j.seal.key.sealer(), rules: j.adopted}
	for _, e := range events {
		body := []byte(e.Body)
		if body == nil {
			body = []byte{} // NULL is not allowed
		}
		if _, err := put.ExecContext(ctx, int64(e.Seq), e.Time.UnixMicro(), e.Kind, e.Task, body, e.Prev[:], e.Hash[:], c.sealOf(e)); err != nil {
			return err
		}
	}
	return tx.Commit()
}
