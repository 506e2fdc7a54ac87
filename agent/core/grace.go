package core

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

const (
	// noticed is how much of an utterance a detector needs to take it for one.
	noticed = 150 * time.Millisecond
	// soft is how late a detector may take a soft beginning ("n") for speech.
	soft = 300 * time.Millisecond
	// longestHold is how long after its grace a decided effect can be kept waiting:
	// by a sound that goes on, by a recogniser that hangs, by a machine that slept.
	// Then it is asked about again, since nobody can tell whether it is still wanted.
	longestHold = 2 * time.Minute
)

// begin has a decided effect. What can't be taken back waits for its grace
// first, whoever decided it: until it is over a spoken "stop" still counts.
func (x *step) begin(i event.Intended, by string) {
	f, grace := x.Effects[i.Key], cmp.Or(x.Grace, 2*time.Second)
	f.Cause, f.Grace = x.cause, x.steady.Add(grace)
	if i.Level < policy.Commit {
		x.start(i, by)
		return
	}
	x.forgetLost()
	until := x.At.Add(grace)
	x.record(event.EffectDelayed{Task: i.Task, Key: i.Key, By: by, Until: until})
	lang := x.Tasks[i.Task].Language
	if by == "policy" { // nobody was asked, so the owner must hear what it is
		x.tellFirst(lang, "say.grace_unasked", "what", x.in(lang).Sentence(i))
	} else {
		x.tellFirst(lang, "say.grace")
	}
	x.intend(event.Wake{At: until.Add(soft + noticed)})
}

// release begins what was held long enough, unless someone is speaking who began
// in time: it may be a stop, and the transcript isn't there yet. Where a microphone
// is listened to, all of the time in which a stop counts must have been.
func (x *step) release() {
	var late []string
	for _, key := range slices.Sorted(maps.Keys(x.Delayed)) {
		h, f := x.Delayed[key], x.Effects[key]
		begins, last := f.Grace.Add(soft+noticed), f.Grace.Add(longestHold) // by the steady clock, so that setting the other cuts nothing short
		switch {
		case x.steady.Before(begins):
			x.intend(event.Wake{At: x.At.Add(begins.Sub(x.steady))})
		case !x.steady.Before(last):
			late = append(late, key)
		case x.SpeechSince(h.Until.Add(soft)), !x.Listened.IsZero() && x.Listened.Before(h.Until.Add(soft+noticed)):
			x.intend(event.Wake{At: x.At.Add(last.Sub(x.steady))})
		default:
			woke := x.cause
			x.cause = f.Cause
			x.start(f.Intended, h.By)
			x.cause = woke
		}
	}
	x.askAgain(late, "say.held_too_long")
}

// askAgain asks about decided effects again that had not begun. Nothing is lost by
// it but time, and each is put as often as any ask, then left in the inbox.
func (x *step) askAgain(keys []string, why string) {
	for i, key := range keys {
		t := x.Tasks[x.Delayed[key].Task]
		if i == 0 {
			x.tellFirst(t.Language, why)
		}
		x.askFor(t, key, x.Effects[key].Unknown)
	}
}

// listened takes note of how far the sound of the room is known. When nobody
// listens any more, a stop can't have been heard.
func (x *step) listened(b event.Listened) {
	was := x.Listened
	if x.Listened = b.To; b.To.IsZero() && !was.IsZero() {
		x.askAgain(slices.Sorted(maps.Keys(x.Delayed)), "say.unread")
	}
	x.release()
}

// speaks takes note of an utterance that has begun.
func (x *step) speaks(b event.Speech) {
	x.forgetLost()
	x.Speech[b.ID] = state.Utterance{Began: b.At, Told: x.At}
}

// forgetLost lets go of utterances whose end got lost. While an effect waits, none
// is: it is asked about again before it would begin for that reason.
func (x *step) forgetLost() {
	if len(x.Delayed) == 0 {
		maps.DeleteFunc(x.Speech, func(_ int64, u state.Utterance) bool { return x.At.Sub(u.Told) > longestHold })
	}
}

// retracted takes what was said as a retraction of what is delayed, if it is one.
// Whatever refuses, negates or delays does, unless it is Deputy's own voice; what
// could not be made out may have been a stop, so that it is asked about.
func (x *step) retracted(h event.Heard, v command.Verb, overlapped bool) bool {
	if len(x.Delayed) == 0 {
		return false
	}
	r := consent.Read(consent.Question{Said: x.SaidSince(h.Began.Add(-state.KeepSaid))}, hearing.AnswerOf(h, overlapped))
	switch {
	case v == command.Stop:
	case overlapped && !h.Key && !x.FullDuplex && x.OwnWords(h):
		return false
	case v == command.Cancel || v == command.Undo:
	case r.Reading == consent.Deny || r.Reading == consent.Later || r.Reading == consent.Amend:
	case x.PlainlyElse(h, v, r.Reading) || x.Voiceless(h):
		return false
	default:
		x.recordUnread(h)
		x.askAgain(slices.Sorted(maps.Keys(x.Delayed)), "say.unread")
		return true
	}
	x.takeIn(h)
	if v == command.Stop {
		x.intend(event.Hush{})
	}
	for _, key := range slices.Sorted(maps.Keys(x.Delayed)) {
		held, ok := x.Delayed[key]
		if !ok { // it went with its task
			continue
		}
		x.record(event.Retracted{Task: held.Task, Key: key, By: string(x.origin.Channel), Why: cmp.Or(r.Why, "the owner said stop"), Answer: &h})
		x.refuse(x.Tasks[held.Task], x.Effects[key], "The owner took the approval back. Their words: "+h.Text, r.Rest != "")
	}
	return true
}

// unread takes an utterance of which nothing certain was written down; it may have
// been an answer. While an ask stands it is put again, as after any that was
// unclear.
func (x *step) unread(h event.Heard) {
	a := x.Presented()
	if a == nil || a.Delivered.IsZero() || x.Voiceless(h) || x.Overlaps(h) {
		return
	}
	from := a.Delivered
	if !h.Key && !x.FullDuplex {
		from = from.Add(x.Tail()) // the room may still carry the ask
	}
	if h.Began.Before(from) || x.InTail(a, h) {
		return
	}
	x.recordUnread(h)
	x.tellFirst(x.Tasks[a.Task].Language, "say.unread")
	x.presentOrDefer(a, "something was heard that could not be made out")
}

// recordUnread writes down that something was heard. What it was written down as
// is nothing that anybody said.
func (x *step) recordUnread(h event.Heard) {
	h.Text, h.Tokens, h.Noise = "", nil, cmp.Or(h.Noise, "unclear")
	x.takeIn(h)
}

// refuse ends what was asked for. A plain no ends the task: a model that is told
// so tries again; with a reason it may do better. A live effect that asked is told,
// and goes on.
func (x *step) refuse(t *state.Task, f *state.Effect, words string, goOn bool) {
	x.record(event.Refused{Task: t.ID, Call: f.Call, Text: words, Owner: true})
	switch {
	case f.Within != "":
		x.intend(event.AnswerEffect{Key: f.Within, Call: f.Call, Answer: tool.Answer{Words: words}})
		x.presentNext()
	case goOn && t.Status.Open():
		x.advance(t)
		x.presentNext()
	case t.Status.Open():
		x.end(t, event.Cancelled, x.phrase(t.Language, "say.denied"))
	}
}
