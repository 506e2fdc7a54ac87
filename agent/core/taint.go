package core

import (
	"cmp"
	"slices"
	"strings"

	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// careful says what the owner must know beside what is asked: what of it came
// from strangers, and which rule of policy asks.
func (x *step) careful(lang string, f *state.Effect) (text []string) {
	for _, t := range f.Taint {
		kind := cmp.Or(t.Kind, policy.Name)
		s := x.phrase(lang, "ask.taint", "what", x.phrase(lang, "arg."+string(kind)), "source", x.sourceName(lang, t.Source))
		if !slices.Contains(text, s) && len(text) < 3 {
			text = append(text, s)
		}
	}
	switch {
	case f.Rule == "scope":
		text = append(text, x.phrase(lang, "ask.scope"))
	case f.Rule == "trifecta":
		text = append(text, x.phrase(lang, "ask.trifecta"))
	case strings.HasPrefix(f.Rule, "ask") && f.Reason != "":
		text = append(text, x.phrase(lang, "ask.rule", "why", strings.TrimRight(f.Why.In(lang), ". ")))
	}
	return text
}

// sourceForms are how tools write whose a text is (Action.Source), with the
// phrase that says it in each language.
var sourceForms = []struct{ begins, key string }{
	{"a page of ", "source.page"},
	{"a mail from ", "source.mail"},
	{"the file ", "source.file"},
	{"the output of ", "source.output"},
	{"the server ", "source.server"},
}

// sourceName says whose a text is.
func (x *step) sourceName(lang, source string) string {
	for _, f := range sourceForms {
		if name, ok := strings.CutPrefix(source, f.begins); ok {
			return x.phrase(lang, f.key, "name", readback.Speakable(name, lang, 60))
		}
	}
	if source == "" {
		return x.phrase(lang, "source.others")
	}
	return x.phrase(lang, "source.named", "name", readback.Speakable(source, lang, 60))
}
