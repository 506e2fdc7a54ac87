package core

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/state"
	"deputy/agent/tool"
)

func itoa(n int) string { return strconv.Itoa(n) }

// recover takes up after a restart what the journal says was under way. An
// effect that had started is run again only if its tool says that this does no harm.
func (x *step) recover() {
	x.forgetPermissions()
	for _, key := range slices.Sorted(maps.Keys(x.Delayed)) {
		// It was decided, and had not begun: whether the owner still wants it is asked.
		x.record(event.Asked{Task: x.Delayed[key].Task, Ask: "a" + itoa(x.LastAsk+1), Key: key, Again: x.Effects[key].Unknown})
	}
	for _, id := range slices.Clone(x.Order) {
		t := x.Tasks[id]
		switch {
		case t == nil: // forgotten since the others were closed
		case t.Status.Open():
			x.recoverEffects(t)
			x.recoverTurn(t)
		case !t.Reported && x.At.Sub(t.Closed) < time.Hour:
			x.report(t)
		}
	}
	x.timerFired(event.TimerFired{})
	for _, key := range slices.Sorted(maps.Keys(x.Timers)) {
		x.intend(event.Wake{At: x.Timers[key]})
	}
	for _, g := range x.Grants {
		x.intend(event.Wake{At: g.Expires})
	}
	for _, a := range x.Asks {
		x.intend(event.Wake{At: a.Asked.Add(x.lapse())})
		if !a.Until.IsZero() {
			x.intend(event.Wake{At: a.Until})
		}
	}
	x.presentNext()
}

func (x *step) recoverEffects(t *state.Task) {
	for _, key := range t.Effects {
		f := x.Effects[key]
		if !f.Started || f.Ended || f.Unknown {
			continue
		}
		switch f.Repeat {
		case tool.Idempotent:
			x.start(f.Intended, "restart")
		case tool.Checkable:
			x.intend(event.CheckEffect{Effect: f.Intended})
		default:
			x.record(event.Ended{Task: t.ID, Key: key, Unknown: true})
			x.record(event.Asked{Task: t.ID, Ask: "a" + itoa(x.LastAsk+1), Key: key, Again: true})
		}
	}
}

// recoverTurn plans again the calls that had got no further, or asks the model
// for the turn that was lost with the process.
func (x *step) recoverTurn(t *state.Task) {
	for _, c := range t.Open {
		if x.intended(t, c.ID) {
			continue
		}
		turn := t.Turn
		if t.Status == event.Noting {
			turn = state.Number(c.ID)
		}
		x.intend(event.Plan{Task: t.ID, Turn: turn, Calls: []model.Call{c}})
	}
	switch {
	case t.GrantRequest != nil && !x.Asking(t.ID):
		x.intend(event.ScopeGrant{Task: t.ID, Request: *t.GrantRequest})
	case t.Status == event.Working:
		x.advance(t)
	}
}

// intended says whether the call has become an effect that goes on by itself.
func (x *step) intended(t *state.Task, call string) bool {
	return slices.ContainsFunc(t.Effects, func(key string) bool {
		f := x.Effects[key]
		return f.Call == call && x.underWay(f)
	})
}

// underWay says whether an effect has begun or waits for a decision. One that
// was only intended when the process died is planned and judged anew.
func (x *step) underWay(f *state.Effect) bool {
	_, held := x.Delayed[f.Key]
	ready := slices.ContainsFunc(x.Ready, func(r state.ReadyEffect) bool { return r.Key == f.Key })
	return f.Started || f.Permitted || held || ready || f.Asking
}

// timerFired looks at everything that waits for a time.
func (x *step) timerFired(b event.TimerFired) {
	if b.Ack {
		x.chime()
		return
	}
	var due []string
	for key, at := range x.Timers {
		if x.Effects[key].Undone || !at.After(x.At) {
			due = append(due, key)
		}
	}
	slices.Sort(due)
	for _, key := range due {
		f := x.Effects[key]
		x.record(event.Reminded{Key: key})
		if f.Undone {
			continue
		}
		x.tell(x.Tasks[f.Task].Language, "say.reminder", "text", f.Remind.Text)
	}
	x.release()
	x.expire()
	x.asksDue()
}

// clockSet takes up what waits by a clock that was set, or went on while the machine
// slept. What was being decided is asked about again: nobody can tell how long ago
// the owner meant it.
func (x *step) clockSet(b event.ClockSet) {
	x.record(b)
	x.PendingAck = state.Ack{}
	x.askAgain(slices.Sorted(maps.Keys(x.Delayed)), "say.clock_set")
	if a := x.Presented(); a != nil && !a.Delivered.IsZero() {
		x.suspend(a)
		x.record(event.AskResumed{Task: a.Task, Ask: a.ID})
	}
	if len(x.Queue) > 0 && !x.reading() {
		x.record(event.QueueRead{})
	}
	x.timerFired(event.TimerFired{})
}

// giveUp ends every open task after a repair. What was done for it may stand in
// the part that was cut off: gone on with, it could be done twice.
func (x *step) giveUp() {
	for _, id := range slices.Clone(x.Active) {
		if t := x.Tasks[id]; t.Status.Open() {
			x.end(t, event.Failed, x.phrase(t.Language, "say.repaired", "order", t.Brief()))
		}
	}
}
