package agent

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// recover takes up after a restart what the journal says was under way. An
// effect that had started is never simply run again.
func (x *step) recover() {
	for _, key := range slices.Sorted(maps.Keys(x.Held)) {
		// It was decided, and had not begun: whether the owner still wants it is asked.
		x.record(Asked{Task: x.Held[key].Task, Ask: "a" + itoa(x.LastAsk+1), Key: key, Again: x.Effects[key].Unknown})
	}
	for _, id := range slices.Clone(x.Order) {
		t := x.Tasks[id]
		switch {
		case t == nil: // forgotten since the others were closed
		case t.Status.Open():
			x.recoverEffects(t)
			x.recoverTurn(t)
		case !t.Reported && x.at.Sub(t.Closed) < time.Hour:
			x.report(t)
		}
	}
	x.woke(Woke{})
	for _, key := range slices.Sorted(maps.Keys(x.Timers)) {
		x.intend(Wake{At: x.Timers[key]})
	}
	for _, g := range x.Grants {
		x.intend(Wake{At: g.Expires})
	}
	for _, a := range x.Asks {
		x.intend(Wake{At: a.Asked.Add(x.lapse())})
		if !a.Until.IsZero() {
			x.intend(Wake{At: a.Until})
		}
	}
	x.poseNext()
}

func (x *step) recoverEffects(t *Task) {
	for _, key := range t.Effects {
		f := x.Effects[key]
		if !f.Started || f.Ended || f.Unknown {
			continue
		}
		switch f.Repeat {
		case Idempotent:
			x.start(f.Intended, "restart")
		case Checkable:
			x.intend(Look{Effect: f.Intended})
		default:
			x.record(Ended{Task: t.ID, Key: key, Unknown: true})
			x.record(Asked{Task: t.ID, Ask: "a" + itoa(x.LastAsk+1), Key: key, Again: true})
		}
	}
}

// recoverTurn plans again the calls that had got no further, or asks the model
// for the turn that was lost with the process.
func (x *step) recoverTurn(t *Task) {
	for _, c := range t.Open {
		if x.intended(t, c.ID) {
			continue
		}
		turn := t.Turn
		if t.Status == Noting {
			turn = number(c.ID)
		}
		x.intend(Plan{Task: t.ID, Turn: turn, Calls: []Call{c}})
	}
	switch {
	case t.Leave != nil && !x.asking(t.ID):
		x.intend(Delimit{Task: t.ID, Leave: *t.Leave})
	case t.Status == Working:
		x.advance(t)
	}
}

// intended says whether the call has become an effect that goes on by itself.
func (x *step) intended(t *Task, call string) bool {
	return slices.ContainsFunc(t.Effects, func(key string) bool {
		f := x.Effects[key]
		return f.Call == call && x.underWay(f)
	})
}

// underWay says whether an effect has begun or waits for a decision. One that
// was only intended when the process died is planned and judged anew.
func (x *step) underWay(f *Effect) bool {
	_, held := x.Held[f.Key]
	return f.Started || held || f.Asking
}

// woke looks at everything that waits for a time.
func (x *step) woke(b Woke) {
	if b.Ack {
		x.chime()
		return
	}
	var due []string
	for key, at := range x.Timers {
		if x.Effects[key].Undone || !at.After(x.at) {
			due = append(due, key)
		}
	}
	slices.Sort(due)
	for _, key := range due {
		f := x.Effects[key]
		x.record(Reminded{Key: key})
		if f.Undone {
			continue
		}
		x.tell(x.Tasks[f.Task].Language, "say.reminder", "text", f.Remind.Text)
	}
	x.release()
	x.expire()
	x.wokeAsks()
}

// clockSet takes up what waits by a clock that was set, or went on while the machine
// slept. What was being decided is asked about again: nobody can tell how long ago
// the owner meant it.
func (x *step) clockSet(b ClockSet) {
	x.record(b)
	x.PendingAck = Ack{}
	x.putBack(slices.Sorted(maps.Keys(x.Held)), "say.clock_set")
	if a := x.posed(); a != nil && !a.Posed.IsZero() {
		x.setAside(a)
		x.record(Returned{Task: a.Task, Ask: a.ID})
	}
	if len(x.Listed) > 0 && !x.reading() {
		x.record(Listed{})
	}
	x.woke(Woke{})
}

// giveUp ends every open task after a repair. What was done for it may stand in
// the part that was cut off: gone on with, it could be done twice.
func (x *step) giveUp() {
	for _, id := range slices.Clone(x.Active) {
		if t := x.Tasks[id]; t.Status.Open() {
			x.end(t, Failed, x.phrase(t.Language, "say.repaired", "order", clip(t.Order, 60)))
		}
	}
}
