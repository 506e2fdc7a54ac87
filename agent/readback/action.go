package readback

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"deputy/agent/event"
	"deputy/agent/policy"
)

// Phrases is the wording of everything Deputy says of its own, in each language.
// Both methods are pure.
type Phrases interface {
	// Phrase renders the phrase with that key in that language.
	Phrase(language, key string, values map[string]string) string
	// CodeWords lists the words that an approval of high authority can carry.
	CodeWords(language string) []string
}

// A Reader says actions in one language.
type Reader struct {
	Phrases  Phrases
	Language string
}

// Phrase renders a phrase; kv are placeholder names and values.
func (r Reader) Phrase(key string, kv ...string) string {
	values := make(map[string]string, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		values[kv[i]] = kv[i+1]
	}
	return r.Phrases.Phrase(r.Language, key, values)
}

// quoting are the phrases whose actions carry words of others, said behind what
// decides: phrase quote.mail and so on.
var quoting = []string{"mail", "edit", "note", "remind"}

// Ask is what an ask is about, without how to answer it. What decides comes first,
// while the owner listens; the words of others come last, behind everything that they
// could talk over. again says that the action may have happened already, final that it
// can't be taken back. cut says that something that decides could not be said in full.
func (r Reader) Ask(i event.Intended, again, final bool) (said string, cut bool) {
	values, left := r.values(i)
	text := []string{r.Phrases.Phrase(r.Language, "ask."+cmp.Or(i.Phrase, "generic"), values)}
	if again {
		text[0] = r.Phrase("ask.unknown", "what", r.Doing(i))
	}
	if final {
		text = append(text, r.Phrase("detail.final"))
	}
	text = append(text, r.careful(i)...)
	if values["imitates"] != "" {
		text = append(text, r.Phrase("quote.imitates"))
	}
	if slices.Contains(quoting, i.Phrase) {
		text = append(text, r.Phrases.Phrase(r.Language, "quote."+i.Phrase, values))
	}
	text = slices.DeleteFunc(text, func(s string) bool { return s == "" })
	return strings.Join(text, " "), len(left) > 0
}

// Doing names an action of which nobody knows whether it happened.
func (r Reader) Doing(i event.Intended) string {
	values, _ := r.values(i)
	if i.Phrase == "" {
		return values["summary"]
	}
	return r.Phrases.Phrase(r.Language, "done."+i.Phrase, values)
}

// Sentence says what an action is, from its frozen arguments.
func (r Reader) Sentence(i event.Intended) string {
	values, _ := r.values(i)
	return r.Phrases.Phrase(r.Language, "ask."+cmp.Or(i.Phrase, "generic"), values)
}

// Done names an action that was done, in the owner's words: "wrote rent.txt".
func (r Reader) Done(i event.Intended) string {
	if i.Phrase == "" {
		return i.Summary
	}
	values := map[string]string{}
	for name, v := range i.Values {
		values[name] = Speakable(v, r.Language, sayDecisive)
	}
	return r.Phrases.Phrase(r.Language, "done."+i.Phrase, values)
}

// Whole is all that an action carries, for whoever wants to hear it, in parts: its
// text, or what its tool tells of it.
func (r Reader) Whole(i event.Intended) []string {
	v := askValues(i)
	for _, name := range []string{"body", "content", "text", "detail", "command"} {
		if v[name] != "" {
			return pieces(v[name], r.Language, 0)
		}
	}
	return pieces(i.Target, r.Language, 0)
}

// values are an action's values as they are said. Whoever the owner knows by name is
// called by it; everyone else's address is spelled.
func (r Reader) values(i event.Intended) (values map[string]string, cut []string) {
	values, cut = spokenValues(i.Phrase, askValues(i), r.Language)
	if values["name"] == "" {
		values["address"] = values["to"]
	}
	return values, cut
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

// careful says what the owner must know beside what is asked: what of it came
// from strangers, and which rule of policy asks.
func (r Reader) careful(i event.Intended) (text []string) {
	for _, t := range i.Taint {
		s := r.Phrase("ask.taint", "what", r.Phrase("arg."+string(cmp.Or(t.Kind, policy.Name))), "source", r.source(t.Source))
		if !slices.Contains(text, s) && len(text) < 3 {
			text = append(text, s)
		}
	}
	switch {
	case i.Rule == "scope":
		text = append(text, r.Phrase("ask.scope"))
	case i.Rule == "trifecta":
		text = append(text, r.Phrase("ask.trifecta"))
	case strings.HasPrefix(i.Rule, "ask") && i.Reason != "":
		text = append(text, r.Phrase("ask.rule", "why", strings.TrimRight(i.Why.In(r.Language), ". ")))
	}
	return text
}

// sources are how tools write whose a text is (Action.Source), with the phrase that
// says it.
var sources = []struct{ begins, key string }{
	{"a page of ", "source.page"},
	{"a mail from ", "source.mail"},
	{"the file ", "source.file"},
	{"the output of ", "source.output"},
	{"the server ", "source.server"},
}

// source says whose a text is.
func (r Reader) source(of string) string {
	for _, f := range sources {
		if name, ok := strings.CutPrefix(of, f.begins); ok {
			return r.Phrase(f.key, "name", Speakable(name, r.Language, 60))
		}
	}
	if of == "" {
		return r.Phrase("source.others")
	}
	return r.Phrase("source.named", "name", Speakable(of, r.Language, 60))
}
