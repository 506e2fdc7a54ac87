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
		x.record(Asked{Task: x.Held[key].Task, Ask: "a" + itoa(x.asks+1), Key: key, Again: x.Effects[key].Unknown})
	}
	for _, id := range x.Order {
		t := x.Tasks[id]
		if t.Status.Open() {
			x.recoverEffects(t)
			x.recoverTurn(t)
		} else if !t.Reported && x.at.Sub(t.Closed) < time.Hour {
			x.report(t)
		}
	}
	x.woke()
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
	for _, key := range slices.Sorted(maps.Keys(x.Effects)) {
		f := x.Effects[key]
		if f.Task != t.ID || !f.Started || f.Ended || f.Unknown {
			continue
		}
		switch f.Repeat {
		case Idempotent:
			x.start(f.Intended, "restart")
		case Checkable:
			x.intend(Look{Effect: f.Intended})
		default:
			x.record(Ended{Task: t.ID, Key: key, Unknown: true})
			x.record(Asked{Task: t.ID, Ask: "a" + itoa(x.asks+1), Key: key, Again: true})
		}
	}
}

// recoverTurn plans again the calls that had got no further, or asks the model
// for the turn that was lost with the process.
func (x *step) recoverTurn(t *Task) {
	for _, c := range t.Open {
		if x.intended(t.ID, c.ID) {
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
func (x *step) intended(task, call string) bool {
	for _, f := range x.Effects {
		if f.Task == task && f.Call == call && x.underWay(f) {
			return true
		}
	}
	return false
}

// underWay says whether an effect has begun or waits for a decision. One that
// was only intended when the process died is planned and judged anew.
func (x *step) underWay(f *Effect) bool {
	_, held := x.Held[f.Key]
	return f.Started || held || slices.ContainsFunc(x.Asks, func(a *Ask) bool { return a.Key == f.Key })
}

// woke looks at everything that waits for a time.
func (x *step) woke() {
	for _, key := range slices.Sorted(maps.Keys(x.Timers)) {
		f := x.Effects[key]
		if f.Undone {
			x.record(Reminded{Key: key})
			continue
		}
		if x.Timers[key].After(x.at) {
			continue
		}
		x.record(Reminded{Key: key})
		x.tell(x.Tasks[f.Task].Language, "say.reminder", "text", f.Remind.Text)
	}
	x.release()
	x.expire()
	x.wokeAsks()
}
