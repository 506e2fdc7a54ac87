package core

import (
	"maps"
	"slices"
	"strings"

	"deputy/agent/command"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// An effect that lives goes on for a while: it shows how far it is, asks for what it
// wants to have by itself, is steered by the owner's words, and can be called off. It
// ends once, like any other.

// permissionAsked judges what a live effect wants to have by itself.
func (x *step) permissionAsked(b event.PermissionAsked) {
	f := x.Effects[b.Key]
	if f == nil || !f.Running() || f.Cancelled || !x.Tasks[f.Task].Status.Open() {
		x.intend(event.AnswerEffect{Key: b.Key, Call: b.Call, Answer: tool.Answer{Words: "It was called off."}})
		return
	}
	t := x.Tasks[f.Task]
	x.judge(t, t.Turn, b.Call, b.Action, b.Key)
}

// steered gives what was said to the live effect that it is meant for; false if there
// is none.
func (x *step) steered(h event.Heard) bool {
	if !command.IsRevision(h.Text) {
		return false
	}
	for _, id := range slices.Backward(x.Active) {
		for _, key := range slices.Backward(x.Tasks[id].Effects) {
			if f := x.Effects[key]; f.Running() && f.Steerable && !f.Cancelled {
				x.record(event.Steered{Task: id, Key: key, Text: h.Text})
				x.intend(event.SteerEffect{Key: key, Text: h.Text})
				x.intend(event.Chime{})
				return true
			}
		}
	}
	return false
}

// callOff calls the live effects of a task off.
func (x *step) callOff(t *state.Task) {
	for _, key := range t.Effects {
		if f := x.Effects[key]; f.Live && f.Running() && !f.Cancelled {
			x.record(event.CancelRequested{Task: t.ID, Key: key})
			x.intend(event.CancelEffect{Key: key})
		}
	}
}

// lives says whether a live effect of the task is under way.
func (x *step) lives(t *state.Task) bool {
	return slices.ContainsFunc(t.Effects, func(key string) bool { return x.Effects[key].Live && x.Effects[key].Running() })
}

// origins are the texts that the values of an action can come from. A live effect that
// reads what strangers wrote may have any value from them.
func (x *step) origins(t *state.Task, i event.Intended) policy.Origins {
	o := t.Origins()
	if f := x.Effects[i.Within]; f != nil && f.Untrusted {
		values := slices.Sorted(maps.Values(policy.Flatten(i.Args)))
		o.Strangers = append(o.Strangers, policy.Passage{Text: strings.Join(values, "\n"), Source: f.Source})
	}
	return o
}

// running counts the effects of open tasks that are under way.
func (x *step) running() (n int) {
	for _, id := range x.Active {
		for _, key := range x.Tasks[id].Effects {
			if x.Effects[key].Running() {
				n++
			}
		}
	}
	return n
}

// startReady begins what waits for a place, as long as there is one.
func (x *step) startReady() {
	for len(x.Ready) > 0 && x.running() < x.Parallel {
		next := x.Ready[0]
		x.Ready = x.Ready[1:]
		if f := x.Effects[next.Key]; f != nil && x.Tasks[f.Task].Status.Open() {
			cause := x.cause
			x.cause = f.Cause
			x.start(f.Intended, next.By)
			x.cause = cause
		}
	}
}

// forgetPermissions lets go of what live effects of the last session had asked for:
// they ask again if they go on.
func (x *step) forgetPermissions() {
	for _, a := range slices.Clone(x.Asks) {
		if f := x.Effects[a.Key]; f.Within != "" {
			x.record(event.Decided{Task: a.Task, Ask: a.ID, Key: a.Key, By: "restart", Why: "what asked for it has ended"})
		}
	}
	for key := range x.Delayed {
		if f := x.Effects[key]; f.Within != "" {
			x.record(event.Retracted{Task: f.Task, Key: key, By: "restart", Why: "what asked for it has ended"})
		}
	}
}
