package core

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// Rules is what a step goes by, beside the state and the event. But for Tools it
// doesn't change while the desk runs.
type Rules struct {
	Phrases readback.Phrases
	Policy  policy.Policy
	// System is the model's standing instruction, Tools what it may wish for.
	// Both are byte-stable, so that prompt caches hold.
	System string
	Tools  []tool.Spec
	// Steps is the most model turns that a task may take; 0 means 12.
	Steps int
	// Parallel is how many effects, and how many turns of the model, are under way at
	// once; 0 means any number.
	Parallel int
	// Budget is the most of a conversation that a model is given, in bytes; 0 means
	// 64 KiB. System and Tools come on top.
	Budget int
	hearing.Rules
	// Ack is how long after the end of a spoken order a sound acknowledges it if
	// nothing was said by then; 0 means never.
	Ack time.Duration
	// Patience is how long an ask waits before it is put again; 0 means 20 s.
	Patience time.Duration
	// Grace is how long an effect of high authority (Commit and up) waits after its
	// decision, so that it can be retracted; 0 means 2 s.
	Grace time.Duration
	// Lapse is how long an ask waits for its decision at all; 0 means 72 h.
	Lapse time.Duration
	// Quiet are the hours in which nothing is asked aloud unless the owner is
	// there; the zero value is none.
	Quiet Hours
	// Project is what a standing grant is given for: the workspace.
	Project string
	// Revisable is how long a finished task takes criticism; 0 means 10 min, and an
	// hour is the most: after that the conversation is forgotten.
	Revisable time.Duration
}

// A step is one event being worked out: the state it started from, changed by
// every event it records, and what follows.
type step struct {
	hearing.Room
	*Rules
	steady  time.Time
	nonce   uint64
	origin  event.Origin // of what was said or decided, if that is what is worked out
	cause   string
	replies bool   // it works out what the owner said, or what came of taking something back
	half    string // the ask that was answered by a short yes, heard half well and in time
	events  []event.Event
	intents []event.Intent
}

// Step works out what follows from an event. It is pure but for the state, which
// it takes over: the returned state replaces s. The events are to be journaled
// (those with a Kind) before the intents are carried out.
func (r *Rules) Step(s state.State, e event.Event) (state.State, []event.Event, []event.Intent) {
	x := &step{Room: r.room(&s, e.At), Rules: r, steady: cmp.Or(e.Steady, e.At), nonce: e.Nonce, cause: e.Cause}
	switch b := e.Body.(type) {
	case event.Heard:
		x.replies = true
		x.hear(b)
	case event.Opened:
		cut := x.Repaired
		x.record(b)
		if cut {
			x.giveUp()
		}
		x.recover()
	case event.Replied:
		x.reply(b)
	case event.Begun:
		if x.current(b.Task, b.Turn) != nil {
			x.record(b)
		}
	case event.Sentence:
		x.sentence(b)
	case event.Planned:
		x.planned(b)
	case event.Ended:
		x.ended(b)
	case event.Progressed:
		x.record(b)
	case event.PermissionAsked:
		x.permissionAsked(b)
	case event.Undone:
		x.replies = true
		x.undone(b)
	case event.Answered:
		x.origin = namedFrom(b.Origin, b.By)
		x.answered(b)
	case event.Speaking:
		x.record(b)
	case event.Spoken:
		x.spoken(b)
	case event.Chimed:
		x.record(b)
	case event.TimerFired:
		x.timerFired(b)
	case event.ClockSet:
		x.clockSet(b)
	case event.Speech:
		x.speaks(b)
	case event.Listened:
		x.listened(b)
	case event.Silence:
		delete(x.Speech, b.ID)
		x.release()
	case event.GrantScoped:
		x.grantScoped(b)
	case event.Withdrawn:
		x.origin = namedFrom(b.Origin, b.By)
		if g := x.Grant(b.Grant); g != nil {
			x.revoke(g, b.By)
		}
	case event.Notice:
		kv := []string{}
		for _, name := range slices.Sorted(maps.Keys(b.Values)) {
			kv = append(kv, name, b.Values[name])
		}
		x.tell(x.Language, b.Key, kv...)
	}
	return s, x.events, x.intents
}

// namedFrom is the origin of a decision that was made by name.
func namedFrom(o event.Origin, by string) event.Origin {
	o.Actor, o.Channel = cmp.Or(o.Actor, event.Owner), cmp.Or(o.Channel, event.Channel(by))
	return o
}

// room is what is heard now, for whoever weighs an utterance.
func (r *Rules) room(s *state.State, at time.Time) hearing.Room {
	return hearing.Room{State: s, Rules: r.Rules, Words: r.Phrases, Revisable: r.revisableFor(), At: at}
}

// revisableFor is how long a finished task takes criticism.
func (r *Rules) revisableFor() time.Duration {
	return min(cmp.Or(r.Revisable, 10*time.Minute), state.KeepTalk)
}

// stamped says with orders, asks and decisions from whom and where they come.
func (x *step) stamped(b event.Body) event.Body {
	switch b := b.(type) {
	case event.TaskOpened:
		b.Origin = x.origin
		return b
	case event.TaskRevised:
		b.Origin = x.origin
		return b
	case event.Decided:
		b.Origin = x.origin
		return b
	case event.Retracted:
		b.Origin = x.origin
		return b
	case event.Revoked:
		b.Origin = x.origin
		return b
	case event.Steered:
		b.Origin = x.origin
		return b
	case event.CancelRequested:
		b.Origin = x.origin
		return b
	case event.Asked:
		if t := x.Tasks[b.Task]; t != nil {
			b.To = t.Origin
		}
		return b
	}
	return b
}

// record makes an event part of the history.
func (x *step) record(b event.Body) {
	e := event.Event{At: x.At, Cause: x.cause, Body: x.stamped(b)}
	x.State.Apply(e)
	x.events = append(x.events, e)
}

func (x *step) intend(i event.Intent) { x.intents = append(x.intents, i) }

// in says actions in a language.
func (x *step) in(language string) readback.Reader {
	return readback.Reader{Phrases: x.Phrases, Language: language}
}

// phrase renders one of Deputy's own sentences; kv are placeholder names and values.
func (x *step) phrase(language, key string, kv ...string) string {
	return x.in(language).Phrase(key, kv...)
}

// say gives a line to the voice and remembers it until the voice is done with it.
func (x *step) say(language string, l state.SpokenLine) string {
	x.LastLine++
	x.PendingAck = state.Ack{}
	l.Line = "l" + itoa(x.LastLine)
	x.Lines[l.Line] = l
	x.record(event.Queued{Line: l.Line, Task: x.taskOf(l), Reply: x.replies})
	x.intend(event.Say{Line: event.Line{ID: l.Line, Text: l.Text, Language: language, Ask: l.Ask != "" || l.First}})
	return l.Line
}

// taskOf is the task that a line belongs to; "" if it is none's.
func (x *step) taskOf(l state.SpokenLine) string {
	if a := x.Ask(l.Ask); a != nil {
		return a.Task
	}
	return cmp.Or(l.Task, l.Report)
}

// tellFirst says one of Deputy's own sentences that leads up to an ask: it goes ahead
// of reports too, since it must be over when the ask is.
func (x *step) tellFirst(language, key string, kv ...string) {
	x.tellLine(language, state.SpokenLine{Text: x.phrase(language, key, kv...), First: true})
}

// tell says one of Deputy's own sentences.
func (x *step) tell(language, key string, kv ...string) {
	x.tellLine(language, state.SpokenLine{Text: x.phrase(language, key, kv...)})
}

// tellLine says a line that is in no other event: it is shown, and kept, as well.
func (x *step) tellLine(language string, l state.SpokenLine) {
	x.record(event.Notified{Text: l.Text})
	x.say(language, l)
}

// spoken takes note of what became of a line.
func (x *step) spoken(b event.Spoken) {
	l, ok := x.Lines[b.Line]
	if !ok {
		return
	}
	x.record(b)
	if l.Ask != "" {
		x.askSpoken(l, b)
	}
	if l.List && len(x.Queue) > 0 {
		x.intend(event.Wake{At: b.Ended.Add(x.patience())})
	}
	if t := x.Tasks[l.Report]; t != nil && !t.Reported && (b.Whole || b.Err != "") {
		x.record(event.Reported{Task: t.ID})
	}
}

// effectKey names an effect: the same action of the same call of the same task
// always has the same key. Task numbers are given again in another era.
func effectKey(era time.Time, task string, turn int, call, tool string, args json.RawMessage) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%d\x00%s\x00%s\x00%s", era.UnixMicro(), task, turn, call, tool, args))
	return hex.EncodeToString(h[:16])
}
