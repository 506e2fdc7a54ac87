package agent

import (
	"context"
	"encoding/json"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/state"
)

// erasing erases the text that is older than Options.Keep: now, and each day.
func (k *snapshotter) erasing(ctx context.Context) {
	j, ok := k.to.(journal.Eraser)
	if !ok || k.d.o.Keep <= 0 {
		return
	}
	for _, r := range j.Erased() {
		k.d.log.Debug("old text was erased", "from", uint64(r.From), "to", uint64(r.To), "at", r.At, "keep", r.Keep)
	}
	for {
		n, err := k.erase(ctx, j)
		switch {
		case ctx.Err() != nil:
			return
		case journal.AlteredIn(err) != nil:
			k.d.put(damaged{err})
			return
		case err != nil:
			k.d.log.Warn("old text could not be erased from the journal", "err", err)
		case n > 0:
			k.d.log.Info("old text was erased from the journal", "events", n, "older_than", k.d.o.Keep)
			k.anew.Store(true) // a snapshot holds some of it
			k.ring()
		}
		select {
		case <-time.After(24 * time.Hour):
		case <-ctx.Done():
			return
		}
	}
}

// erase leaves what belongs to a task that isn't finished, or waits for something,
// and what says what a standing permission covers.
func (k *snapshotter) erase(ctx context.Context, j journal.Eraser) (int, error) {
	now := k.d.now().wall
	for e, err := range j.Events(1) {
		switch {
		case err != nil:
			return 0, err
		case e.Time.After(now):
			continue // the clock was wrong then
		case e.Time.After(now.Add(-k.d.o.Keep)):
			return 0, nil // the first is young, and so are all
		}
		break
	}
	s := state.Empty()
	if _, err := fold(&s, j, journal.Snapshot{}); err != nil {
		return 0, err
	}
	stays := map[string]bool{}
	for _, t := range s.Tasks {
		stays[t.ID] = t.Status.Open() || s.Waits(t) || now.Sub(t.Closed) < k.d.o.Keep
	}
	return j.Erase(ctx, now, k.d.o.Keep, func(e journal.Event) json.RawMessage {
		switch e.Kind {
		case event.Granted{}.Kind(), event.Revoked{}.Kind(), event.Used{}.Kind(), event.Repaired{}.Kind():
			return nil
		}
		if stays[e.Task] {
			return nil
		}
		return event.WithoutText(e)
	})
}
