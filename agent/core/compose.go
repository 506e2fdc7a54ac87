package core

import (
	"strings"

	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// An askLine is an ask as it is put, with what an answer to it must carry.
type askLine struct {
	text string
	code string
	cut  bool // something that decides could not be said: a voice alone approves nothing
}

// compose writes an ask, and those that go with it, from the frozen arguments.
// The code word comes last, so that nothing Deputy says contains it before the
// rest was heard.
func (x *step) compose(a *state.Ask, with []string) askLine {
	f, lang := x.Effects[a.Key], x.Tasks[a.Task].Language
	var l askLine
	var text []string
	if len(with) > 0 {
		text = append(text, x.phrase(lang, "ask.batch", "n", itoa(len(with)+1)))
	}
	for _, id := range append([]string{a.ID}, with...) {
		if one := x.Ask(id); one != nil {
			f := x.Effects[one.Key]
			said, cut := x.in(lang).Ask(f.Intended, one.Again, f.Level >= policy.Commit && f.Tool != grantTool)
			text, l.cut = append(text, said), l.cut || cut
		}
	}
	if !l.cut && f.Level == policy.Commit {
		l.code = x.codeWord(lang, a, strings.Join(text, " "))
		l.cut = l.code == "" // every word stands in what is quoted: that is no accident
	}
	switch {
	case l.cut:
		text = append(text, x.phrase(lang, "detail.cut", "ask", a.ID), x.phrase(lang, "ask.seal", "ask", a.ID))
	case f.Level <= policy.External:
		text = append(text, x.phrase(lang, "ask.plain"))
	case f.Level == policy.Restricted:
		text = append(text, x.phrase(lang, "ask.seal", "ask", a.ID))
	default:
		text = append(text, x.phrase(lang, "ask.code", "code", l.code))
	}
	l.text = strings.Join(text, " ")
	return l
}

// explain reads out what an ask is about, a part each time it is asked for, and
// puts the ask again.
func (x *step) explain(a *state.Ask) {
	f, lang := x.Effects[a.Key], x.Tasks[a.Task].Language
	text := []string{}
	parts := x.in(lang).Whole(f.Intended)
	n := a.Part
	if n >= len(parts) {
		n = 0
	}
	if n == 0 {
		text = append(text, x.phrase(lang, "ask.details", "summary", x.in(lang).Sentence(f.Intended), "why", strings.TrimRight(f.Why.In(lang), ". ")))
	}
	if len(parts) > 0 {
		said := parts[n]
		if len(parts) > 1 {
			said = x.phrase(lang, "detail.part", "n", itoa(n+1), "of", itoa(len(parts)), "text", said)
		}
		text = append(text, said)
	}
	switch {
	case n+1 < len(parts):
		text = append(text, x.phrase(lang, "detail.more"))
	case len(parts) > 1:
		text = append(text, x.phrase(lang, "detail.end"))
	}
	x.record(event.Explained{Task: a.Task, Ask: a.ID, Part: n + 1})
	x.tellLine(lang, state.SpokenLine{Text: strings.Join(text, " "), First: true})
	x.present(a, a.Times, a.With...)
}
