package core

import (
	"cmp"
	"strings"
	"time"

	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// askFor asks the owner about one effect; the task waits. Nothing else does: the
// ask is a line in the journal. again says that the effect may have happened.
func (x *step) askFor(t *state.Task, key string, again bool) {
	x.record(event.Asked{Task: t.ID, Ask: "a" + itoa(x.LastAsk+1), Key: key, Again: again})
	x.intend(event.Wake{At: x.At.Add(x.lapse())})
	x.presentNext()
}

// presentNext puts the oldest ask to the owner, if none is being put, the queue
// isn't being read out, and the hour is right.
func (x *step) presentNext() {
	if x.Presented() != nil || len(x.Queue) > 0 {
		return
	}
	for _, a := range x.Asks {
		if a.Deferred {
			continue
		}
		if until, quiet := x.quiet(); quiet {
			x.deferAsk(a, "these are quiet hours", until)
			continue
		}
		x.presentOrDefer(a, "it was put twice and not decided")
		return
	}
}

// presentOrDefer puts an ask once more, or leaves it in the inbox after two times.
func (x *step) presentOrDefer(a *state.Ask, why string) {
	if a.Times < 2 {
		x.present(a, a.Times+1, a.With...)
		return
	}
	x.deferAsk(a, why, time.Time{})
	x.tellFirst(x.Tasks[a.Task].Language, "say.parked")
	x.presentNext()
}

// present says an ask, and those of the same kind that go with it.
func (x *step) present(a *state.Ask, times int, with ...string) {
	l := x.compose(a, with)
	line := x.say(x.Tasks[a.Task].Language, state.SpokenLine{Text: l.text, Ask: a.ID})
	x.record(event.AskPresented{
		Task: a.Task, Ask: a.ID, Line: line, Text: l.text, Code: l.code, Cut: l.cut, Again: a.Again, Half: x.half == a.ID, Times: times, With: with,
	})
}

// codeWord picks a word that the last ask did not use and that the rest of this
// one doesn't hold: whoever wrote what it quotes must not have put the word there.
// The nonce is fresh, so that no text written before holds the right word but by luck.
func (x *step) codeWord(lang string, a *state.Ask, rest string) string {
	words, rest := x.Phrases.CodeWords(lang), strings.ToLower(rest)
	i := (x.nonce + uint64(state.Number(a.ID))) % uint64(len(words))
	for range words {
		if w := words[i]; w != x.LastCode && !strings.Contains(rest, w) {
			return w
		}
		i = (i + 1) % uint64(len(words))
	}
	return ""
}

// askSpoken notes that an ask was heard, or puts it again if it was cut off.
func (x *step) askSpoken(l state.SpokenLine, b event.Spoken) {
	a := x.Ask(l.Ask)
	if a == nil || a.Line != l.Line {
		return
	}
	switch {
	case b.Whole:
		x.record(event.AskDelivered{Task: a.Task, Ask: a.ID, At: b.Ended})
		x.intend(event.Wake{At: b.Ended.Add(x.patience())})
	case b.Err != "":
		// There is no voice. The ask stands on the screen: typed answers count,
		// spoken ones don't, since it wasn't heard.
	default:
		x.presentOrDefer(a, "it was cut off twice")
	}
}

func (x *step) patience() time.Duration { return cmp.Or(x.Patience, 20*time.Second) }

// answer reads what was heard as an answer to the ask; false if it isn't one.
func (x *step) answer(a *state.Ask, h event.Heard, overlapped bool) bool {
	lang, v := x.Tasks[a.Task].Language, x.Read(a, h, overlapped)
	d := event.Decided{By: string(x.origin.Channel), Why: v.Why, Rest: v.Rest, Answer: &h, Said: x.SaidSince(h.Began.Add(-state.KeepSaid))}
	if !a.Delivered.IsZero() {
		d.After = h.Began.Sub(a.Delivered)
	}
	switch v.Reading {
	case consent.Approve:
		if why := x.Untimely(a, h); why != "" {
			x.tellFirst(lang, why)
			x.presentOrDefer(a, "the answer did not come in its time")
			return true
		}
		d.Approve = true
		x.decide(a, d)
	case consent.Always:
		x.always(a)
	case consent.Deny:
		if x.Overhears(h) {
			d.Rest = "" // it refuses, whoever says it; but no word of it is the owner's reason
		}
		x.decide(a, d)
	case consent.Amend:
		d.Rest = h.Text
		x.decide(a, d)
	case consent.Later:
		x.later(a, v.When.Begin(x.At))
	case consent.Explain:
		x.explain(a)
	case consent.Repeat:
		x.present(a, a.Times, a.With...)
	case consent.Unrelated, consent.Unclear:
		if x.chosen(h) {
			return true
		}
		// A word or three, right after a question, is an answer that was misheard
		// ("I prove occupus"), not another order.
		if v.Reading == consent.Unclear || !x.Named && len(strings.Fields(h.Text)) <= hearing.MostMisheard {
			if v.Half && x.Untimely(a, h) == "" {
				x.half = a.ID
			}
			x.unclear(a, lang, v)
			return true
		}
		x.suspend(a)
		return false
	}
	return true
}

// unclear tells what was wrong with an answer and puts the ask again, once.
func (x *step) unclear(a *state.Ask, lang string, v consent.Verdict) {
	switch {
	case v.NearMiss != "":
		x.tellFirst(lang, "say.near_miss", "heard", v.NearMiss)
	case v.Bare:
		x.tellFirst(lang, "say.bare_code", "heard", v.Heard)
	case v.Weak:
		x.tellFirst(lang, "say.weak", "heard", v.Heard)
	default:
		x.tellFirst(lang, "say.unclear")
	}
	x.presentOrDefer(a, "no clear answer")
}

// suspend takes back an ask that is being put while the owner turns to something else.
// It comes back when that is done.
func (x *step) suspend(a *state.Ask) {
	x.record(event.AskSuspended{Task: a.Task, Ask: a.ID})
}

// answered takes a decision made by name on this machine.
func (x *step) answered(b event.Answered) {
	a := x.Ask(b.Ask)
	if a == nil || b.Approve && b.Shown == "" && (a.Cut || x.Effects[a.Key].Level == policy.Restricted) {
		return // what no voice alone can approve is approved by who has read it
	}
	x.record(b)
	if x.Presented() == a {
		x.intend(event.Hush{})
	}
	// Who names one means that one, whatever was read out with it.
	why := "decided by name"
	if b.Shown != "" {
		why = "read in " + b.Shown + ", and its number typed there"
	}
	x.decideAll([]*state.Ask{a}, event.Decided{Approve: b.Approve, By: b.By, Why: why, Rest: b.Reason})
}

// decide closes an ask, once, and carries out what it decides: for it, and for
// those that were read out with it. All are closed before anything follows, so
// that none of them is put again meanwhile.
func (x *step) decide(a *state.Ask, d event.Decided) {
	asks := []*state.Ask{a}
	for _, id := range a.With {
		if other := x.Ask(id); other != nil {
			asks = append(asks, other)
		}
	}
	x.decideAll(asks, d)
}

func (x *step) decideAll(asks []*state.Ask, d event.Decided) {
	for _, a := range asks {
		d.Task, d.Ask, d.Key = a.Task, a.ID, a.Key
		x.record(d)
	}
	for _, a := range asks {
		x.carryOut(a, d)
	}
	x.presentNext()
}

// carryOut does what follows from the decision on an ask that is closed.
func (x *step) carryOut(a *state.Ask, d event.Decided) {
	f, t := x.Effects[a.Key], x.Tasks[a.Task]
	switch {
	case f.Tool == grantTool:
		x.decidedGrant(a, f, d.Approve)
	case d.Approve:
		x.begin(f.Intended, "owner")
	case f.Within != "":
		x.refuse(t, f, cmp.Or(d.Rest, "The owner said no."), true)
	case a.Again:
		x.record(event.Ended{Task: t.ID, Key: f.Key, Err: "it is not known whether it happened, and the owner does not want it again"})
		x.advance(t)
	case d.Rest != "":
		x.refuse(t, f, "The owner did not approve this. Their words: "+d.Rest, true)
	case d.By == lapsed:
		x.record(event.Refused{Task: t.ID, Call: f.Call, Text: "The owner did not decide about this in time."})
		x.end(t, event.Cancelled, x.phrase(t.Language, "say.lapsed", "order", t.Brief()))
	default:
		x.refuse(t, f, "The owner said no.", false)
	}
}

// lapsed stands for whoever did not decide about an ask in its time.
const lapsed = "expiry"
