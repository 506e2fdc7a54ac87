package agent

import (
	"cmp"
	"context"
	"slices"
	"time"

	"deputy/agent/event"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// Whatever waits for long waits for a time on the wall, and is compared with it
// again and again: a timer of the system counts no time that the machine slept, and
// doesn't learn that the clock was set.

const (
	// lookEvery is how often the clock is looked at while something waits for it.
	lookEvery = 30 * time.Second
	// unsteady is by how much the clock on the wall may run off from one that nobody
	// sets before it counts as set.
	unsteady = 200 * time.Millisecond
)

// An instant is a moment on two clocks: the one on the wall, and a steady one which
// nobody sets and which stands still while the machine sleeps.
type instant struct{ wall, steady time.Time }

func (d *Desk) now() instant {
	steady := time.Now()
	wall := steady
	if d.o.Clock != nil {
		wall = d.o.Clock()
	}
	return instant{wall.Round(0), steady} // without its steady part
}

// setBy is by how much the clock on the wall was set between i and now, or went on
// while the machine slept; ok says that it was.
func (i instant) setBy(now instant) (by time.Duration, ok bool) {
	by = now.wall.Sub(i.wall) - now.steady.Sub(i.steady)
	return by, by.Abs() >= unsteady
}

// onWall puts the times in what was told on the wall's clock of now: whoever took
// them may have done so before the clock was set. All lie a little back.
func (i instant) onWall(b event.Body) event.Body {
	at := func(t *time.Time) {
		if !t.IsZero() {
			*t = i.wall.Add(t.Sub(i.steady))
		}
	}
	switch b := b.(type) {
	case event.Heard:
		at(&b.Began)
		at(&b.Ended)
		return b
	case event.Speech:
		at(&b.At)
		return b
	case event.Listened:
		at(&b.To)
		return b
	case event.Speaking:
		at(&b.At)
		return b
	case event.Spoken:
		at(&b.Ended)
		return b
	case event.Chimed:
		at(&b.Began)
		at(&b.Ended)
		return b
	case event.Ended:
		if b.Remind != nil {
			b.Remind = &tool.Reminder{At: b.Remind.At.Round(0), Text: b.Remind.Text}
		}
		return b
	}
	return b
}

// An alarm holds the times for which the desk waits. It belongs to Run.
type alarm struct {
	times []event.Wake // the next one first
	timer *time.Timer
}

func (a *alarm) set(w event.Wake) {
	w.At = w.At.Round(0)
	i, _ := slices.BinarySearchFunc(a.times, w, func(a, b event.Wake) int { return cmp.Or(a.At.Compare(b.At), -1) })
	a.times = slices.Insert(a.times, i, w)
}

// after gives what is ready when it is time to look at the clock; nil if nothing
// waits for it.
func (a *alarm) after(now instant) <-chan time.Time {
	if len(a.times) == 0 {
		return nil
	}
	d := min(a.times[0].At.Sub(now.wall), lookEvery)
	if a.timer == nil {
		a.timer = time.NewTimer(d)
	} else {
		a.timer.Reset(d)
	}
	return a.timer.C
}

// due takes out what has come.
func (a *alarm) due(now instant) (due []event.Wake) {
	n := 0
	for n < len(a.times) && !a.times[n].At.After(now.wall) {
		n++
	}
	due = slices.Clone(a.times[:n])
	a.times = slices.Delete(a.times, 0, n)
	return due
}

// wake tells the desk which times have come, or only looks whether the clock was set.
func (d *Desk) wake(ctx context.Context, s *state.State, h *executor) error {
	due := h.alarm.due(d.now())
	for _, ack := range []bool{true, false} {
		if slices.ContainsFunc(due, func(w event.Wake) bool { return w.Ack == ack }) {
			if err := d.step(ctx, s, h, event.Event{Body: event.TimerFired{Ack: ack}}); err != nil {
				return err
			}
		}
	}
	if _, set := d.last.setBy(d.now()); set {
		return d.step(ctx, s, h, event.Event{Body: event.TimerFired{}})
	}
	return nil
}
