package agent

import (
	"maps"
	"slices"
	"time"

	"deputy/agent/consent"
	"deputy/agent/policy"
)

// longestSpeech is how long an utterance can keep an effect waiting, should its
// end get lost.
const longestSpeech = 30 * time.Second

// begin has a decided effect. What can't be taken back waits for its grace
// first, whoever decided it: until it is over a spoken "stop" still counts.
func (x *step) begin(i Intended, by string) {
	f, grace := x.Effects[i.Key], orElse(x.Grace, 2*time.Second)
	f.cause, f.grace = x.cause, x.steady.Add(grace)
	if i.Level < policy.Commit {
		x.start(i, by)
		return
	}
	until := x.at.Add(grace)
	x.record(Held{Task: i.Task, Key: i.Key, By: by, Until: until})
	lang := x.Tasks[i.Task].Language
	if by == "policy" { // nobody was asked, so the owner must hear what it is
		x.lead(lang, "say.grace_unasked", "what", x.sentenceOf(lang, i))
	} else {
		x.lead(lang, "say.grace")
	}
	x.intend(Wake{At: until})
}

// release begins what was held long enough, unless someone is speaking who began
// in time: it may be a stop, and the transcript isn't there yet.
func (x *step) release() {
	for _, key := range slices.Sorted(maps.Keys(x.Held)) {
		h, f := x.Held[key], x.Effects[key]
		switch {
		case x.steady.Before(f.grace): // by this clock, so that setting the other cuts nothing short
			x.intend(Wake{At: x.at.Add(f.grace.Sub(x.steady))})
		case x.speechSince(h.Until) && x.at.Sub(h.Until) < longestSpeech:
			x.intend(Wake{At: h.Until.Add(longestSpeech)})
		default:
			woke := x.cause
			x.cause = f.cause
			x.start(f.Intended, h.By)
			x.cause = woke
		}
	}
}

// speechSince says whether an utterance is under way that began before t.
func (x *step) speechSince(t time.Time) bool {
	return slices.ContainsFunc(x.Speech, func(began time.Time) bool { return began.Before(t) })
}

// retracted takes what was said as a retraction of what is held, if it is one.
// Whatever refuses, negates or delays does, unless it may be Deputy's own voice.
func (x *step) retracted(h Heard, v verb, overlapped bool) bool {
	if len(x.Held) == 0 {
		return false
	}
	r := consent.Read(consent.Question{Said: x.said(h.Began.Add(-keepSaid))}, answerOf(h, overlapped))
	switch {
	case v == verbStop || v == verbCancel:
	case r.Reading == consent.Deny || r.Reading == consent.Later || r.Reading == consent.Amend:
	default:
		return false
	}
	x.takeIn(h)
	if v == verbStop {
		x.intend(Hush{})
	}
	taken := false
	for _, key := range slices.Sorted(maps.Keys(x.Held)) {
		if held := x.Held[key]; !h.Began.After(held.Until) {
			x.record(Retracted{Task: held.Task, Key: key, By: by(h), Why: orElse(r.Why, "the owner said stop"), Answer: &h})
			x.refuse(x.Tasks[held.Task], x.Effects[key], "The owner took the approval back. Their words: "+h.Text, r.Rest != "")
			taken = true
		}
	}
	if !taken {
		x.lead(x.languageOf(h), "say.too_late_to_stop")
	}
	return true
}

// refuse ends what was asked for. A plain no ends the task: a model that is told
// so tries again; with a reason it may do better.
func (x *step) refuse(t *Task, f *Effect, words string, goOn bool) {
	x.record(Refused{Task: t.ID, Call: f.Call, Text: words, Owner: true})
	if goOn && t.Status.Open() {
		x.advance(t)
		x.poseNext()
		return
	}
	if t.Status.Open() {
		x.end(t, Cancelled, x.phrase(t.Language, "say.denied"))
	}
}
