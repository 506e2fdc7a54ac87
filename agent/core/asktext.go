package core

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// quoting are the phrases whose actions carry words of others, said behind what
// decides: phrase quote.mail and so on.
var quoting = []string{"mail", "edit", "note", "remind"}

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
			said, cut := x.substance(lang, one)
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
	case f.Level <= policy.Reach:
		text = append(text, x.phrase(lang, "ask.plain"))
	case f.Level == policy.Seal:
		text = append(text, x.phrase(lang, "ask.seal", "ask", a.ID))
	default:
		text = append(text, x.phrase(lang, "ask.code", "code", l.code))
	}
	l.text = strings.Join(text, " ")
	return l
}

// substance is what an ask is about, without how to answer it; cut says that
// something that decides could not be said in full.
func (x *step) substance(lang string, a *state.Ask) (said string, cut bool) {
	f := x.Effects[a.Key]
	values, left := spoken(f.Intended, lang)
	var t readback.Ask
	t.What = x.Phrases.Phrase(lang, "ask."+cmp.Or(f.Phrase, "generic"), values)
	if a.Again {
		t.What = x.phrase(lang, "ask.unknown", "what", x.doing(lang, f))
	}
	if f.Level >= policy.Commit && f.Tool != leaveTool {
		t.Final = x.phrase(lang, "detail.final")
	}
	t.Careful = append(t.Careful, x.careful(lang, f)...)
	if values["imitates"] != "" {
		t.Careful = append(t.Careful, x.phrase(lang, "quote.imitates"))
	}
	if slices.Contains(quoting, f.Phrase) {
		t.Quotes = x.Phrases.Phrase(lang, "quote."+f.Phrase, values)
	}
	return t.Say(), len(left) > 0
}

// doing names an effect for "whether this happened".
func (x *step) doing(lang string, f *state.Effect) string {
	values, _ := spoken(f.Intended, lang)
	if f.Phrase == "" {
		return values["summary"]
	}
	return x.Phrases.Phrase(lang, "done."+f.Phrase, values)
}

// spoken are an action's values as they are said. Whoever the owner knows by name
// is called by it; everyone else's address is spelled.
func spoken(i event.Intended, lang string) (values map[string]string, cut []string) {
	values, cut = readback.Values(i.Phrase, askValues(i), lang)
	if values["name"] == "" {
		values["address"] = values["to"]
	}
	return values, cut
}

// sentenceOf says what an action is, from its frozen arguments.
func (x *step) sentenceOf(lang string, i event.Intended) string {
	values, _ := spoken(i, lang)
	return x.Phrases.Phrase(lang, "ask."+cmp.Or(i.Phrase, "generic"), values)
}

// askValues is what a phrase is rendered with: the frozen values, the target and
// the text that goes out.
func askValues(i event.Intended) map[string]string {
	v := map[string]string{"tool": i.Tool, "target": i.Target, "summary": i.Summary}
	maps.Copy(v, i.Values)
	args := policy.Flatten(i.Args)
	for _, name := range []string{"body", "content"} {
		if text, ok := args[name]; ok {
			v[name] = text
		}
	}
	return v
}

// explain reads out what an ask is about, a part each time it is asked for, and
// puts the ask again.
func (x *step) explain(a *state.Ask) {
	f, lang := x.Effects[a.Key], x.Tasks[a.Task].Language
	text := []string{}
	parts := readback.Pieces(x.full(f), lang, 0)
	n := a.Part
	if n >= len(parts) {
		n = 0
	}
	if n == 0 {
		text = append(text, x.phrase(lang, "ask.details", "summary", x.sentenceOf(lang, f.Intended), "why", strings.TrimRight(f.Why.In(lang), ". ")))
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
	x.tellLine(lang, state.Spoke{Text: strings.Join(text, " "), Lead: true})
	x.pose(a, a.Posings, a.With...)
}

// full is all that an effect carries, for whoever wants to hear it: its text, or
// what its tool tells of it.
func (x *step) full(f *state.Effect) string {
	v := askValues(f.Intended)
	for _, name := range []string{"body", "content", "text", "detail", "command"} {
		if v[name] != "" {
			return v[name]
		}
	}
	return f.Target
}
