package core

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// Several decisions can wait. One is put at a time; the others are a queue that
// the owner can have read out and pick from. No answer ever decides two, but for
// asks of the same kind that were read out together.

// longestQueue is how many decisions are read out at once.
const longestQueue = 5

// inbox puts the decision that waits, or reads out the queue.
func (x *step) inbox(lang string) {
	switch len(x.Asks) {
	case 0:
		x.tell(lang, "say.inbox_empty")
	case 1:
		x.present(x.Asks[0], 1)
	default:
		x.list(lang)
	}
}

// list reads the queue out. The owner may then name one.
func (x *step) list(lang string) {
	if a := x.Presented(); a != nil {
		x.suspend(a)
	}
	text := []string{x.phrase(lang, "say.inbox_count", "n", itoa(len(x.Asks)))}
	var ids []string
	for i, a := range x.Asks[:min(len(x.Asks), longestQueue)] {
		ids = append(ids, a.ID)
		text = append(text, x.phrase(lang, "say.inbox_item", "n", itoa(i+1), "what", x.brief(lang, a)))
	}
	if more := len(x.Asks) - len(ids); more > 0 {
		text = append(text, x.phrase(lang, "say.inbox_more", "n", itoa(more)))
	}
	text = append(text, x.phrase(lang, "say.which"))
	x.record(event.QueueRead{Asks: ids})
	x.tellLine(lang, state.SpokenLine{Text: strings.Join(text, " "), First: true, List: true})
}

// brief is an ask in a few words, for the queue.
func (x *step) brief(lang string, a *state.Ask) string {
	return strings.TrimRight(readback.Clip(x.in(lang).Sentence(x.Effects[a.Key].Intended), 90), ".")
}

// namedOne takes what was said after the queue was read out: the number or the
// name of a decision, or that all alike are to be decided together. A yes alone
// resolves none of them.
func (x *step) namedOne(h event.Heard) bool {
	if x.chosen(h) {
		return true
	}
	lang := x.languageOf(h)
	if consent.ReadAll(h.Text, h.Language) {
		x.presentAll(lang)
		return true
	}
	switch consent.Read(consent.Question{Level: 2}, consent.Answer{Text: h.Text, Language: h.Language, Typed: true}).Reading {
	case consent.Unrelated, consent.Explain, consent.Amend:
		x.record(event.QueueRead{})
		return false
	case consent.Deny, consent.Later:
		x.record(event.QueueRead{})
		x.deferAll("the owner put it off")
		x.tellFirst(lang, "say.later")
	default:
		x.tellFirst(lang, "say.which")
	}
	return true
}

// chosen puts the decision that the owner named; false if none was.
func (x *step) chosen(h event.Heard) bool {
	ids := x.Waiting()
	if len(ids) < 2 {
		return false
	}
	i, ok := consent.ReadChoice(h.Text, h.Language, x.AskNames(ids))
	if !ok {
		return false
	}
	a := x.Ask(ids[i])
	if a == nil {
		return false
	}
	if p := x.Presented(); p != nil {
		x.suspend(p)
	}
	x.present(a, 1)
	return true
}

// presentAll puts all decisions of the kind of the first as one, each read out in
// full. What is of another kind, tainted, may have happened or needs the screen
// stays for itself.
func (x *step) presentAll(lang string) {
	first := x.Ask(x.Queue[0])
	if first == nil || !x.batchable(first) {
		x.tellFirst(lang, "say.not_alike")
		return
	}
	f := x.Effects[first.Key]
	var with []string
	for _, id := range x.Queue[1:] {
		a := x.Ask(id)
		if a == nil || !x.batchable(a) {
			continue
		}
		if g := x.Effects[a.Key]; g.Tool == f.Tool && g.Phrase == f.Phrase && g.Level == f.Level {
			with = append(with, id)
		}
	}
	if len(with) == 0 {
		x.tellFirst(lang, "say.not_alike")
		return
	}
	x.present(first, 1, with...)
}

func (x *step) batchable(a *state.Ask) bool {
	f := x.Effects[a.Key]
	return !a.Again && len(f.Taint) == 0 && f.Level < policy.Restricted && f.Tool != grantTool && f.Rule != "scope"
}

// deferAsk leaves an ask in the inbox and shows it on the desktop.
func (x *step) deferAsk(a *state.Ask, why string, until time.Time) {
	lang := x.Tasks[a.Task].Language
	x.record(event.AskDeferred{Task: a.Task, Ask: a.ID, Why: why, Until: until})
	if !until.IsZero() {
		x.intend(event.Wake{At: until})
	}
	x.intend(event.Notify{Language: lang, Text: x.brief(lang, a)})
}

func (x *step) deferAll(why string) {
	for _, a := range x.Asks {
		if !a.Deferred {
			x.deferAsk(a, why, time.Time{})
		}
	}
}

// later puts an ask off, until then or until the owner asks for it.
func (x *step) later(a *state.Ask, until time.Time) {
	lang := x.Tasks[a.Task].Language
	for _, id := range append([]string{a.ID}, a.With...) {
		if a := x.Ask(id); a != nil {
			x.record(event.AskDeferred{Task: a.Task, Ask: a.ID, Why: "the owner put it off", Until: until})
		}
	}
	if until.IsZero() {
		x.tellFirst(lang, "say.later")
	} else {
		x.intend(event.Wake{At: until})
		x.tellFirst(lang, "say.later_at", "clock", until.Local().Format("15:04"))
	}
	x.presentNext()
}

// asksDue looks at every ask that waits for a time.
func (x *step) asksDue() {
	for _, a := range slices.Clone(x.Asks) {
		if x.now().Sub(a.Asked) >= x.lapse() {
			if a = x.Ask(a.ID); a != nil { // it may have gone with another
				x.decide(a, event.Decided{By: lapsed, Why: "nobody decided about it"})
			}
			continue
		}
		if !a.Until.IsZero() && !x.At.Before(a.Until) {
			x.record(event.AskResumed{Task: a.Task, Ask: a.ID})
		}
	}
	if len(x.Queue) > 0 && !x.reading() && x.At.Sub(x.LastHeard) >= x.patience() {
		x.record(event.QueueRead{})
	}
	if a := x.Presented(); a != nil && !a.Delivered.IsZero() && x.At.Sub(a.Delivered) >= x.patience() {
		x.presentOrDefer(a, "nobody answered")
		return
	}
	x.presentNext()
}

// reading says whether the queue is still being read out.
func (x *step) reading() bool {
	for _, l := range x.Lines {
		if l.List {
			return true
		}
	}
	return false
}

func (x *step) lapse() time.Duration { return cmp.Or(x.Lapse, 72*time.Hour) }

// now is the time for whatever expires: never before the latest event of the
// journal, so that setting the clock back makes nothing valid again.
func (x *step) now() time.Time {
	if x.Clock.After(x.At) {
		return x.Clock
	}
	return x.At
}
