package hearing

import (
	"cmp"
	"strings"
	"time"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// AnswersNothing says whether an utterance is no more than a yes or a no while
// nothing is being asked: the recogniser writes such words for all kinds of noise,
// and nobody gives an order with them, though a report may have ended in a question.
func (r Room) AnswersNothing(h event.Heard, v command.Verb) bool {
	asked := func(t *state.Task) bool { return strings.HasSuffix(strings.TrimSpace(t.Report), "?") }
	if h.Typed && r.YoungestSince(r.At, r.Revisable, asked) != nil {
		return false
	}
	if v != command.None || r.Presented() != nil || len(r.Queue) > 0 || r.Noting() != nil || len(strings.Fields(h.Text)) > 4 {
		return false
	}
	switch read := consent.Read(consent.Question{Level: 2}, consent.Answer{Text: h.Text, Language: h.Language, Typed: true}); read.Reading {
	case consent.Approve:
		return true
	case consent.Deny:
		return read.Rest == ""
	}
	return false
}

// Read is the answer's reading. At Restricted a typed yes must name the ask: the short
// number that stands on the screen is its code.
func (r Room) Read(a *state.Ask, h event.Heard, overlapped bool) consent.Verdict {
	level := r.Effects[a.Key].Level
	if Stray(h, r.Tasks[a.Task].Language) {
		h.Language = unknown
	}
	answer := AnswerOf(h, overlapped || r.InTail(a, h))
	if a.Cut { // not all of it was heard: only who can see it can approve it
		level, answer.Key = policy.Restricted, false
	}
	q := consent.Question{Level: int(level) - int(policy.Look), Code: a.Code, Half: a.Half, Said: r.SaidSince(h.Began.Add(-state.KeepSaid))}
	switch {
	case level == policy.Restricted && h.Socket:
		answer.Typed = false // nobody knows what stood on the screen there
	case level == policy.Restricted && h.Commanded:
		answer.Key = false
	case level == policy.Restricted && h.Typed:
		q.Code = a.ID
	}
	return consent.Read(q, answer)
}

// AnswerOf is an utterance as evidence for a decision. What sounds like another
// language than it is written in approves nothing but with the key.
func AnswerOf(h event.Heard, overlapped bool) consent.Answer {
	if h.Foreign && !h.Key {
		h.Language = unknown
	}
	return consent.Answer{
		Text: h.Text, Language: h.Language, Typed: h.Typed, Key: h.Key, Overlaps: overlapped, Confidence: h.Confidence,
		Lowest: h.Lowest, NoSpeech: h.NoSpeech, Voiced: h.Voiced, SNR: h.SNR,
	}
}

// Untimely says which phrase tells why an approval can't count now; "" if it can.
// A typed line answers what stood on the screen when it was sent.
func (r Room) Untimely(a *state.Ask, h event.Heard) string {
	from := a.Delivered
	switch {
	case h.Typed && from.IsZero():
		from = a.Begun
	case !h.Typed && !h.Key && !from.IsZero() && !r.Rules.FullDuplex:
		from = from.Add(r.Tail()) // the room may still carry the ask
	}
	switch {
	case from.IsZero() || h.Began.Before(from):
		return "say.too_early"
	case r.At.Sub(from) > cmp.Or(r.Rules.Expiry, 2*time.Minute):
		return "say.too_late"
	}
	return ""
}

// Question is what the owner is being asked now, in the voice's own words; nil if
// nothing is, or nothing that a voice can decide.
func Question(s *state.State) *consent.Question {
	a := s.Presented()
	if a == nil || a.Delivered.IsZero() || a.Cut {
		return nil
	}
	level := s.Effects[a.Key].Level
	if level == policy.Restricted {
		return nil
	}
	return &consent.Question{Level: int(level) - int(policy.Look), Code: a.Code}
}

// Settled says whether h, as far as it was heard, is all that could be waited for: a
// bare refusal of what is being asked, or its approval with the code word. A bare yes
// is not: a "but" may follow it.
func Settled(q consent.Question, h event.Heard) bool {
	v := consent.Read(q, AnswerOf(h, false))
	return v.Reading == consent.Deny && v.Rest == "" || v.Reading == consent.Approve && q.Code != ""
}

// AskNames are the asks as they may be named, in order.
func (r Room) AskNames(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		if a := r.Ask(id); a != nil {
			f := r.Effects[a.Key]
			names[i] = r.in(r.Tasks[a.Task].Language).Sentence(f.Intended) + " " + f.Target + " " + f.Summary
		}
	}
	return names
}

// Waiting are the decisions of which the owner may name one.
func (r Room) Waiting() []string {
	if len(r.Queue) > 0 {
		return r.Queue
	}
	var ids []string
	for _, a := range r.Asks {
		ids = append(ids, a.ID)
	}
	return ids
}
