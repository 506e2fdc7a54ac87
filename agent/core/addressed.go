package core

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/state"
)

const (
	// attention is how long after Deputy's words, or after its name alone, what is
	// said is taken to be said to it.
	attention = 6 * time.Second
	// mostUnnamed is how many orders in a row may go by that alone: of other people's
	// talk each would lead to an answer, and the answer to the next.
	mostUnnamed = 3
	// overheardEvery is after how many ignored utterances the journal is told how many.
	overheardEvery = 100
)

// ignore lets an utterance go. Nothing of what was said stays.
func (x *step) ignore(h event.Heard, why event.Why) {
	x.record(event.Ignored{Utterance: h.Utterance, Why: why})
	if x.Overheard >= overheardEvery {
		x.record(event.Overheard{Count: x.Overheard})
	}
}

// takeIn makes an utterance part of the history.
func (x *step) takeIn(h event.Heard) {
	if x.Overheard > 0 {
		x.record(event.Overheard{Count: x.Overheard})
	}
	x.record(h)
}

// meant says whether an utterance that doesn't begin with the name is meant for
// Deputy: it answers what is being asked, goes into an open note, stops something,
// or follows closely what Deputy said.
func (x *step) meant(h event.Heard, v command.Verb, overlapped bool) bool {
	if x.Open || len(x.Names) == 0 || h.Typed || h.Key || x.noting() != nil {
		return true
	}
	if v == command.Stop || v == command.Cancel {
		return len(x.Active) > 0 || len(x.Lines) > 0
	}
	if a := x.Posed(); a != nil {
		return x.answers(a, h, v, overlapped)
	}
	if len(x.Listed) > 0 && x.picks(h) {
		return true
	}
	return x.attends(h) && !stray(h, x.Language) && !h.Foreign && (v != command.None || x.Unnamed < mostUnnamed)
}

// answers says whether it is an answer to the ask, or what may have become of one
// right after the question. An order it is not: whoever has one says the name.
func (x *step) answers(a *state.Ask, h event.Heard, v command.Verb, overlapped bool) bool {
	near := x.attends(h)
	if v != command.None {
		return near
	}
	short := len(strings.Fields(h.Text)) <= mostMisheard
	switch r := x.read(a, h, overlapped); r.Reading {
	case consent.Unrelated:
		return near && (short || x.picks(h))
	case consent.Unclear:
		return near && (short || !h.Foreign) || r.Weak || r.NearMiss != ""
	}
	return true
}

// picks says whether it names one of the decisions that wait, or all of them.
func (x *step) picks(h event.Heard) bool {
	ids := x.waiting()
	if len(ids) < 2 {
		return false
	}
	_, one := consent.ReadChoice(h.Text, h.Language, x.names(ids))
	return one || len(x.Listed) > 0 && consent.ReadAll(h.Text, h.Language)
}

// attends says whether the utterance began within a few seconds of what Deputy
// said, or of its name.
func (x *step) attends(h event.Heard) bool {
	soon := func(t time.Time) bool { return !t.IsZero() && h.Began.Sub(t) <= attention }
	return soon(x.Called) || x.Speaking(h.Began, x.at) || slices.ContainsFunc(x.Said, func(l state.Spoke) bool { return soon(l.Ended) })
}

// MayBeMeant says whether what is being said now needs no name: then the model may
// read ahead of it.
func (r *Rules) MayBeMeant(s *state.State, at time.Time, key bool) bool {
	x := &step{State: s, Rules: r, at: at}
	return key || x.Open || len(x.Names) == 0 || x.attends(event.Heard{Began: x.at}) && x.Unnamed < mostUnnamed
}

// summoned answers the name alone: what is said next needs none.
func (x *step) summoned(h event.Heard) {
	x.takeIn(h)
	x.Called, x.Unnamed = h.Ended, 0
	x.intend(event.Chime{})
}

// overhears says whether it is an answer that may be part of other people's talk.
func (x *step) overhears(h event.Heard) bool {
	return !x.Open && len(x.Names) > 0 && !x.named && !h.Typed && !h.Key && !x.attends(h)
}

// countUnnamed counts what is taken in only since it follows Deputy's words.
func (x *step) countUnnamed(h event.Heard, v command.Verb) {
	switch {
	case x.named || h.Typed || h.Key:
		x.Unnamed = 0
	case v == command.None && x.Posed() == nil && x.noting() == nil:
		x.Unnamed++
	}
}

// stray says whether it is a scrap in the other language than that of the talk: a
// syllable or two of Hangul in English, a short word in Korean. Recognisers write
// such for all kinds of sounds.
func stray(h event.Heard, language string) bool {
	if h.Typed || h.Key || h.Language == language {
		return false
	}
	most := 3
	if strings.ContainsFunc(h.Text, func(r rune) bool {
		return unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana)
	}) {
		most = 2
	}
	letters := 0
	for _, r := range h.Text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters <= most
}
