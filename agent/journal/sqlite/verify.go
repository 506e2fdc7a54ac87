package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"deputy/agent/journal"
)

// Verify checks the whole chain with its seals and, against the head file and
// the anchor, its end. It may be called while another process appends.
func (j *Journal) Verify(ctx context.Context) error {
	fail := func(err error) error { return fmt.Errorf("verify the journal: %w", explain(err)) }
	for tries := 0; ; tries++ {
		// The anchor first: the chain has passed it, however far it goes meanwhile.
		s, err := loadSeal(j.sealPath)
		if err != nil {
			return fail(sealGone(j.sealPath, err))
		}
		if s.key != j.seal.key {
			return fail(errRepaired)
		}
		if _, err := j.walk(ctx, mark{}, s.anchor); err != nil {
			return fail(err)
		}
		h, err := readHead(j.path+".head", s.key)
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
			err = s.check(last)
		}
		if err == nil {
			return nil
		} else if tries == 20 {
			return fail(err)
		}
	}
}

// check reads the chain, all of it or from the last snapshot on, and opens its head.
func (j *Journal) check(ctx context.Context) error {
	last, err := j.last(ctx)
	if err != nil {
		return err
	}
	if last.seq > j.whole {
		// The seal says that this very event was reached by a chain that was checked.
		if all := j.snapshots(ctx); len(all) > 0 {
			j.rest = mark{all[0].Seq, all[0].Hash}
		}
	}
	if last, err = j.walk(ctx, j.rest, j.seal.anchor); err != nil {
		return err
	}
	if j.file, err = openHead(j.path+".head", j.seal.key); err != nil {
		return err
	}
	if err := j.file.head.check(last); err != nil {
		return err
	}
	if err := j.seal.check(last); err != nil {
		return err
	}
	j.end = last
	j.log.Debug("journal opened", "path", j.path, "events", uint64(last.seq), "unchecked", uint64(j.rest.seq))
	return nil
}

// walk reads and checks every event after from and returns the last. The chain
// must pass through anchor if it gets that far.
func (j *Journal) walk(ctx context.Context, from, anchor mark) (mark, error) {
	to, err := j.last(ctx)
	if err != nil {
		return mark{}, err
	}
	var forked *journal.Altered
	passed := func(seq journal.Seq, h journal.Hash, kind string) {
		if seq == anchor.seq && h != anchor.hash {
			forked = &journal.Altered{Damage: journal.Forked, Seq: seq, Kind: kind}
		}
	}
	if anchor.seq > 0 && anchor.seq <= from.seq {
		h, err := j.hashOf(ctx, anchor.seq)
		if err != nil {
			return to, err
		}
		passed(anchor.seq, h, "")
	}
	if forked == nil {
		err = j.scan(ctx, from, to, func(e journal.Event) bool {
			passed(e.Seq, e.Hash, e.Kind)
			return forked == nil
		})
	}
	if forked != nil {
		return to, forked
	}
	return to, err
}

// Check checks the events that Open left out; see journal.Snapshotter. It rests as long
// as it reads, so that it takes no more than half of a core.
func (j *Journal) Check(ctx context.Context) error {
	if j.rest.seq == 0 {
		return nil
	}
	began, n := time.Now(), 0
	err := j.scan(ctx, mark{}, j.rest, func(journal.Event) bool {
		if n++; n%page == 0 {
			select {
			case <-time.After(time.Since(began)):
			case <-ctx.Done():
			}
			began = time.Now()
		}
		return ctx.Err() == nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		err = explain(err)
	}
	if journal.AlteredIn(err) != nil {
		// Without a snapshot the next start reads everything and is refused.
		for _, slot := range snapshotSlots {
			err = errors.Join(err, ignoreGone(os.Remove(j.path+slot)))
		}
	}
	if err != nil {
		return fmt.Errorf("check the journal: %w", err)
	}
	j.log.Debug("journal checked", "path", j.path, "events", uint64(j.rest.seq))
	return nil
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
