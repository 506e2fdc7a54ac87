package repair

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
)

// A loss is what a journal would not tell any more if it were cut off.
type loss struct {
	events  int
	orders  []lostOrder
	effects []*lostEffect // that had started, in the order in which they did
}

type lostOrder struct {
	Task  string    `json:"task"`
	Order string    `json:"order"`
	At    time.Time `json:"at"`
}

type lostEffect struct {
	event.Forgotten
	Failed bool      `json:"failed,omitempty"`
	At     time.Time `json:"at"`
}

// lossOf reads what stands behind event n, as far as it can be read: proven up to
// the end of the whole part, unproven after it.
func lossOf(f *sqlite.Findings, n journal.Seq) (*loss, error) {
	l := &loss{}
	intended := map[string]string{} // key -> summary, of any event
	started := map[string]*lostEffect{}
	take := func(e journal.Event, lost bool) {
		ev, err := event.Decode(e)
		if lost {
			l.events++
		}
		if err != nil {
			return
		}
		switch b := ev.Body.(type) {
		case event.Intended:
			intended[b.Key] = b.Summary
		case event.TaskOpened:
			if lost {
				l.orders = append(l.orders, lostOrder{Task: b.Task, Order: b.Order, At: e.Time})
			}
		case event.Started:
			if lost {
				l.effect(started, b.Task, b.Key, e.Time)
			}
		case event.Ended:
			if lost {
				// Its start may stand in the part that is kept, or be unreadable.
				x := l.effect(started, b.Task, b.Key, e.Time)
				x.Ended, x.Failed = !b.Unknown, b.Err != ""
			}
		}
	}
	for e, err := range f.Kept(f.Whole) {
		if err != nil {
			return nil, err
		}
		take(e, e.Seq > n)
	}
	for _, e := range f.Rest {
		take(e, true)
	}
	for _, x := range l.effects {
		x.Summary = intended[x.Key]
	}
	return l, nil
}

func (l *loss) effect(started map[string]*lostEffect, task, key string, at time.Time) *lostEffect {
	x := started[key]
	if x == nil {
		x = &lostEffect{Forgotten: event.Forgotten{Task: task, Key: key}, At: at}
		started[key] = x
		l.effects = append(l.effects, x)
	}
	return x
}

// forgotten are the effects for the journal.
func (l *loss) forgotten() (list []event.Forgotten) {
	for _, x := range l.effects {
		list = append(list, x.Forgotten)
	}
	return list
}

func repairedEvent(b event.Repaired) journal.Event {
	body, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("a repair can't be written down: %v", err)) // plain values: it always can
	}
	return journal.Event{Time: time.Now(), Kind: b.Kind(), Body: body}
}

// explain tells what is wrong, what is left, and what can be done.
func (r *Repair) explain(f *sqlite.Findings, l *loss) {
	r.say("damaged", "path", r.Config.Journal.Path)
	for _, a := range f.Damage {
		fmt.Fprintf(r.Out, "  - %s\n", app.PlaceOf(r.Lang, a))
	}
	fmt.Fprintln(r.Out)
	switch {
	case f.Whole == 0:
		r.say("none")
	case f.Sealed:
		r.say("whole", "n", app.Number(f.Whole), "at", stamp(f.Last))
	default:
		r.say("unproven", "n", app.Number(f.Whole), "at", stamp(f.Last))
	}
	r.lost(f, l, f.Whole)
	fmt.Fprintln(r.Out)
	r.say("choose", "aside", r.Config.Journal.Path+".before-...")
	choice := func(flags, what string) { fmt.Fprintf(r.Out, "  deputy log repair %s\n      %s\n", flags, what) }
	if f.Whole > 0 && f.Sealed {
		choice("--keep-until "+app.Number(f.Whole), r.phrase("keep", "n", app.Number(f.Whole)))
	} else if f.Whole > 0 {
		choice("--keep-until "+app.Number(f.Whole), r.phrase("keep_all", "n", app.Number(f.Whole)))
	}
	choice("--restore FILE", r.phrase("restore"))
	choice("--start-empty", r.phrase("empty"))
	r.say("open_tasks")
	r.say("unchanged")
}

// lost lists what would be forgotten behind event n.
func (r *Repair) lost(f *sqlite.Findings, l *loss, n journal.Seq) {
	if len(f.Rest) > 0 {
		r.say("rest", "n", fmt.Sprint(len(f.Rest)))
	}
	if gone := int(f.Known) - int(f.Whole) - len(f.Rest); gone > 0 && f.Known > n {
		r.say("lost", "n", fmt.Sprint(gone))
	}
	if len(l.orders) > 0 {
		r.say("orders")
		for _, o := range l.orders {
			fmt.Fprintf(r.Out, "  %s  %s  %s\n", stamp(o.At), control.Printable(o.Task), terminal.ClipRunes(control.Printable(o.Order), 70))
		}
	}
	if len(l.effects) == 0 {
		r.say("no_effects")
		return
	}
	r.say("effects")
	for _, x := range l.effects {
		state := "started"
		if x.Failed {
			state = "failed"
		} else if x.Ended {
			state = "done"
		}
		fmt.Fprintf(r.Out, "  %s  %s  %s: %s\n", stamp(x.At), control.Printable(x.Task), r.phrase(state), terminal.ClipRunes(control.Printable(cmp.Or(x.Summary, x.Key)), 70))
	}
}

// announce says what will be done and what it forgets.
func (r *Repair) announce(ctx context.Context, f, from *sqlite.Findings, n journal.Seq, l *loss) error {
	switch {
	case r.Empty:
		r.say("will_empty")
	case r.Restore == "":
		r.say("will_keep", "n", app.Number(n))
	default:
		r.say("will_restore", "file", r.Restore, "n", app.Number(n), "at", stamp(from.Last))
		for _, a := range from.Damage {
			r.say("backup_damaged", "place", app.PlaceOf(r.Lang, a))
		}
		if !from.Sealed {
			r.say("backup_unproven")
		}
		if both := min(n, f.Whole); both > 0 {
			ours, err := f.At(ctx, both)
			theirs, err2 := from.At(ctx, both)
			if err != nil || err2 != nil || ours != theirs {
				r.say("backup_other", "n", app.Number(both))
			}
		}
	}
	r.lost(f, l, n)
	r.say("open_tasks")
	return nil
}

func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// findings is what --json prints.
func (r *Repair) findings(f *sqlite.Findings, l *loss) any {
	type place struct {
		Damage journal.Damage `json:"damage"`
		Seq    journal.Seq    `json:"seq,omitempty"`
		To     journal.Seq    `json:"to,omitempty"`
		Text   string         `json:"text"`
	}
	places := []place{}
	for _, a := range f.Damage {
		places = append(places, place{a.Damage, a.Seq, a.To, app.PlaceOf(r.Lang, a)})
	}
	if l == nil {
		l = &loss{}
	}
	return map[string]any{
		"path": r.Config.Journal.Path, "damage": places, "whole": f.Whole, "sealed": f.Sealed, "known": f.Known,
		"readable_after": len(f.Rest), "lost_orders": slices.Concat([]lostOrder{}, l.orders), "lost_effects": slices.Concat([]*lostEffect{}, l.effects),
	}
}
