package hearing

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/state"
)

// Overlaps says whether the utterance was spoken while Deputy was audible. No
// such audio approves anything: half of it may be Deputy's own voice.
func (r Room) Overlaps(h event.Heard) bool { return r.Speaking(h.Began, h.Ended) }

// Saying is what Deputy was saying while the utterance was heard.
func (r Room) Saying(h event.Heard) []string { return r.Audible(h.Began.Add(-r.Tail()), h.Ended) }

// OwnWords says whether what was heard while Deputy spoke may be its own voice: it
// stands in what was being said. No plain refusal is taken for that: one too many is
// better than one that is lost.
func (r Room) OwnWords(h event.Heard) bool {
	return !consent.Refuses(h.Text) && consent.Echoes(h.Text, r.Saying(h))
}

// SpeechAfter says whether somebody is speaking who began after t.
func (r Room) SpeechAfter(t time.Time) bool {
	for _, u := range r.Speech {
		if u.Began.After(t) {
			return true
		}
	}
	return false
}

// IsChime says whether the utterance may be no more than the chime, heard through
// the room by a detector that goes by loudness. The chime holds no words, so
// unlike what overlaps Deputy's voice, speech that only overlaps it is the owner's.
func (r Room) IsChime(h event.Heard) bool {
	return !h.Typed && !h.Key && !r.Rules.FullDuplex && !r.Chimed.Began.IsZero() &&
		!h.Began.Before(r.Chimed.Began) && !h.Ended.After(r.Chimed.Ended.Add(r.Tail()))
}

// SpeechSince says whether an utterance is under way that began before t.
func (r Room) SpeechSince(t time.Time) bool {
	for _, u := range r.Speech {
		if u.Began.Before(t) {
			return true
		}
	}
	return false
}

// Voiceless says whether a sound holds hardly any voice, or is Deputy's own chime.
func (r Room) Voiceless(h event.Heard) bool {
	return h.Voiced > 0 && h.Voiced < leastVoiced || r.IsChime(h)
}

// PlainlyElse says whether something was said, heard well, that can't be a stop
// that was misheard: thanks, one more yes, another order, a sentence. A word or
// two of anything else can ("Star." is written for "Stop."). Who asks what it is
// about is told by the ask.
func (r Room) PlainlyElse(h event.Heard, v command.Verb, read consent.Reading) bool {
	switch {
	case h.Typed:
		return true
	case h.Noise != "" || h.Err != "" || h.Confidence < LeastConfidence:
		return false
	case v != command.None:
		return v != command.Repeat
	case read == consent.Explain || read == consent.Repeat:
		return false
	}
	return consent.Assents(h.Text, r.LastCode) || len(strings.Fields(h.Text)) > 3 || read == consent.Unrelated && h.Confidence >= clearly
}

// Tail is how long the room may carry Deputy's own voice.
func (r Room) Tail() time.Duration { return cmp.Or(r.Rules.Tail, 200*time.Millisecond) }

// InTail says whether the room may still have carried something else than the ask
// that Deputy said; what is said too soon after the ask itself is told as such.
func (r Room) InTail(a *state.Ask, h event.Heard) bool {
	if h.Typed || h.Key || r.Rules.FullDuplex {
		return false
	}
	return slices.ContainsFunc(r.Said, func(l state.SpokenLine) bool {
		return l.Ask != a.ID && !l.Began.IsZero() && h.Began.Before(l.Ended.Add(r.Tail())) && h.Ended.After(l.Began)
	})
}

// Finite takes for unknown what a faulty recogniser gives as no number: unknown
// evidence approves nothing, and the journal can't hold it.
func Finite(h *event.Heard) {
	h.Tokens = slices.Clone(h.Tokens)
	all := []*float32{&h.Confidence, &h.Lowest, &h.NoSpeech, &h.Voiced, &h.SNR}
	for i := range h.Tokens {
		all = append(all, &h.Tokens[i])
	}
	for _, v := range all {
		if f := float64(*v); math.IsNaN(f) || math.IsInf(f, 0) {
			*v = 0
		}
	}
}

// Noting is the open note; nil if there is none.
func (r Room) Noting() *state.Task {
	return r.Youngest(r.Active, func(t *state.Task) bool { return t.Status == event.Noting })
}
