package hearing

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

// Meant says whether an utterance that doesn't begin with the name is meant for
// Deputy: it answers what is being asked, goes into an open note, stops something,
// or follows closely what Deputy said.
func (r Room) Meant(h event.Heard, v command.Verb, overlapped bool) bool {
	if r.Rules.Open || len(r.Rules.Names) == 0 || h.Typed || h.Key || r.Noting() != nil {
		return true
	}
	if v == command.Stop || v == command.Cancel {
		return len(r.Active) > 0 || len(r.Lines) > 0
	}
	if a := r.Presented(); a != nil {
		return r.answers(a, h, v, overlapped)
	}
	if len(r.Queue) > 0 && r.Picks(h) {
		return true
	}
	return r.Attends(h) && !Stray(h, r.Language) && !h.Foreign && (v != command.None || r.Unnamed < mostUnnamed)
}

// answers says whether it is an answer to the ask, or what may have become of one
// right after the question. An order it is not: whoever has one says the name.
func (r Room) answers(a *state.Ask, h event.Heard, v command.Verb, overlapped bool) bool {
	near := r.Attends(h)
	if v != command.None {
		return near
	}
	short := len(strings.Fields(h.Text)) <= MostMisheard
	switch read := r.Read(a, h, overlapped); read.Reading {
	case consent.Unrelated:
		return near && (short || r.Picks(h))
	case consent.Unclear:
		return near && (short || !h.Foreign) || read.Weak || read.NearMiss != ""
	}
	return true
}

// Picks says whether it names one of the decisions that wait, or all of them.
func (r Room) Picks(h event.Heard) bool {
	ids := r.Waiting()
	if len(ids) < 2 {
		return false
	}
	_, one := consent.ReadChoice(h.Text, h.Language, r.AskNames(ids))
	return one || len(r.Queue) > 0 && consent.ReadAll(h.Text, h.Language)
}

// Attends says whether the utterance began within a few seconds of what Deputy
// said, or of its name.
func (r Room) Attends(h event.Heard) bool {
	soon := func(t time.Time) bool { return !t.IsZero() && h.Began.Sub(t) <= attention }
	return soon(r.Called) || r.Speaking(h.Began, r.At) || slices.ContainsFunc(r.Said, func(l state.SpokenLine) bool { return soon(l.Ended) })
}

// Overhears says whether it is an answer that may be part of other people's talk.
func (r Room) Overhears(h event.Heard) bool {
	return !r.Rules.Open && len(r.Rules.Names) > 0 && !r.Named && !h.Typed && !h.Key && !r.Attends(h)
}

// Stray says whether it is a scrap in the other language than that of the talk: a
// syllable or two of Hangul in English, a short word in Korean. Recognisers write
// such for all kinds of sounds.
func Stray(h event.Heard, language string) bool {
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

// MayBeMeant says whether what is being said now needs no name.
func (r Room) MayBeMeant(key bool) bool {
	return key || r.Rules.Open || len(r.Rules.Names) == 0 || r.Attends(event.Heard{Began: r.At}) && r.Unnamed < mostUnnamed
}
