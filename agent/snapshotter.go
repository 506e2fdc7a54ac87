package agent

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/state"
)

// snapshotEvery is after how many events a snapshot is made of them.
const snapshotEvery = 4096

// A snapshotter makes snapshots beside the desk's work: it folds the journal from one
// to the next by itself and never touches the desk's state, so that the desk does
// not wait for it. Its last snapshot stays in memory: to fold on from there must
// not depend on the disk.
type snapshotter struct {
	d     *Desk
	to    journal.Snapshotter // nil where no snapshots are kept
	base  journal.Snapshot
	fresh bool // base was made here and is not kept yet
	every int
	since int // events journaled since the last ring; Run's
	bell  chan struct{}
	stop  context.CancelFunc
	anew  atomic.Bool // the next snapshot is made from the first event on
	ended sync.WaitGroup
}

// begin gives the state that the journal holds, from its snapshot on if it has
// one, and makes the snapshotter that goes on from there.
func (d *Desk) begin(ctx context.Context) (state.State, error) {
	k := &snapshotter{d: d, every: cmp.Or(d.every, snapshotEvery), bell: make(chan struct{}, 1), stop: func() {}}
	k.to, _ = d.o.Journal.(journal.Snapshotter)
	s := state.Empty()
	if k.to != nil {
		if kept, ok := k.to.LatestSnapshot(ctx, state.SchemaID); ok {
			if was, err := state.Decode(kept.Body); err != nil {
				d.log.Warn("a snapshot is not used: the events are read instead", "err", err)
			} else {
				s, k.base = was, kept
			}
		}
	}
	from := k.base.Seq
	at, err := fold(&s, d.o.Journal, k.base)
	if err != nil {
		return state.State{}, fmt.Errorf("read the journal: %w", err)
	}
	d.log.Debug("journal read", "snapshot", uint64(from), "events", uint64(at.Seq-from))
	if k.to != nil && at.Seq-from >= journal.Seq(k.every) {
		// Made now, once: else the snapshotter would have to read all of it again.
		if k.set(at, &s); k.fresh {
			k.ring()
		}
	}
	s.Language = cmp.Or(s.Language, cmp.Or(d.o.Language, "en"))
	d.snapshots = k
	return s, nil
}

// fold applies to s the events behind base, and gives base moved on to the last.
func fold(s *state.State, j journal.Journal, base journal.Snapshot) (journal.Snapshot, error) {
	for e, err := range j.Events(base.Seq + 1) {
		if err != nil {
			return base, err
		}
		if e.Prev != base.Hash {
			return base, &journal.Altered{Damage: journal.Unchained, Seq: e.Seq, Kind: e.Kind}
		}
		ev, err := event.Decode(e)
		if err != nil {
			return base, err
		}
		s.Apply(ev)
		base.Seq, base.Hash = e.Seq, e.Hash
	}
	return base, nil
}

// set makes a snapshot of s, which the events up to at have made.
func (k *snapshotter) set(at journal.Snapshot, s *state.State) {
	body, err := state.Encode(s)
	if err != nil {
		k.d.log.Error("no snapshot was made", "err", err)
		return
	}
	k.base, k.fresh = journal.Snapshot{Seq: at.Seq, Hash: at.Hash, Schema: state.SchemaID, Body: body}, true
}

// start lets the snapshotter work, and check what was not checked at the start.
func (k *snapshotter) start(ctx context.Context) {
	if k.to == nil {
		return
	}
	ctx, k.stop = context.WithCancel(ctx)
	k.ended.Go(func() {
		for {
			select {
			case <-k.bell:
				k.advance(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	k.ended.Go(func() {
		if err := k.to.Check(ctx); err != nil && ctx.Err() == nil {
			k.d.put(damaged{err})
			return
		}
		k.erasing(ctx)
	})
}

// count takes note of events that were journaled.
func (k *snapshotter) count(n int) {
	if k.since += n; k.since >= k.every && k.to != nil {
		k.since = 0
		k.ring()
	}
}

func (k *snapshotter) ring() {
	select {
	case k.bell <- struct{}{}:
	default:
	}
}

// advance makes a snapshot of all there is now, and keeps it. That fails without
// any harm but a slower start.
func (k *snapshotter) advance(ctx context.Context) {
	if err := k.makeUp(); err != nil {
		k.d.put(damaged{fmt.Errorf("read the journal: %w", err)})
		return
	}
	if !k.fresh {
		return
	}
	if err := k.to.SaveSnapshot(ctx, k.base); err != nil {
		k.d.log.Warn("a snapshot could not be kept: the next start takes longer", "err", err)
		return
	}
	k.fresh = false
	k.d.log.Debug("snapshot kept", "seq", uint64(k.base.Seq), "bytes", len(k.base.Body))
}

// makeUp folds what came behind the last snapshot.
func (k *snapshotter) makeUp() error {
	s := state.Empty()
	if k.anew.Swap(false) {
		k.base = journal.Snapshot{}
	}
	if k.base.Seq > 0 {
		if was, err := state.Decode(k.base.Body); err == nil {
			s = was
		} else {
			k.d.log.Error("a snapshot is not used: the events are read instead", "err", err)
			k.base = journal.Snapshot{}
		}
	}
	at, err := fold(&s, k.d.o.Journal, k.base)
	if err != nil {
		return err
	}
	if at.Seq > k.base.Seq {
		k.set(at, &s)
	}
	return nil
}

// end stops the snapshotter's work; whole says that the desk ended as it should: then
// a last snapshot is kept, so that the next start has nothing to fold.
func (k *snapshotter) end(whole bool) {
	k.stop()
	k.ended.Wait()
	if whole && k.to != nil {
		k.advance(context.Background())
	}
}
