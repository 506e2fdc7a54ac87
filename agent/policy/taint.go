package policy

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"deputy/internal/textnorm"
)

// A Passage is what strangers wrote, and whose it is: "a page of acme.example".
type Passage struct {
	Text   string `json:"text"`
	Source string `json:"source,omitempty"`
}

// Origins are the texts that the values of an action can have come from.
type Origins struct {
	// Own are the owner's words: the order, and what was said since.
	Own []string
	// Trusted are results of tools that no stranger had a part in: lists of files,
	// the owner's own notes.
	Trusted []string
	// Strangers are the texts that others wrote, oldest first.
	Strangers []Passage
}

// Tainted gives, sorted by name, the arguments of a whose value came from
// strangers, and from whom.
//
// It did if the value, or a meaningful piece of it, stands in one of their texts
// and not in the owner's words: what the owner said is the owner's, wherever
// else it stands. A piece is an address, a URL, a host, a path, a number of four
// digits or more, any twelve characters in a row, or its words in another order.
// Case, spacing, width, look-alike letters and what can't be seen don't count,
// nor how a number is grouped, whether something stands in base64 or the like,
// or over how many arguments it is spread.
//
// A model can also put a text into other words. So once there is a stranger's
// text, a recipient, a link, an amount or the path of a file that is there
// already came from it unless the owner said it, a trusted text has it, or the
// tool knows it (Facts); and so did any text that the owner did not say.
func (t Table) Tainted(a Action, from Origins) []Taint {
	if len(from.Strangers) == 0 {
		return nil
	}
	s := provenance{subject: subject{a, t}, own: newOwn(strings.Join(from.Own, "\n")), trusted: newText(strings.Join(from.Trusted, apart)), contacts: contactsOf(a.Facts["contacts"])}
	for _, x := range from.Strangers {
		s.texts = append(s.texts, source{newText(x.Text), x.Source})
	}
	split := s.split()
	var out []Taint
	for _, name := range slices.Sorted(maps.Keys(a.Args)) {
		kind := t.Kind(a.Tool, name)
		whose, ok := s.taken(a.Args[name], kind)
		if !ok {
			whose, ok = split[name], split[name] != nil
		}
		if !ok && s.assumedTainted(a.Args[name], kind) {
			whose, ok = &s.texts[len(s.texts)-1], true
		}
		if ok {
			out = append(out, Taint{Arg: name, Kind: kind, Source: whose.whose})
		}
	}
	return out
}

// A source is a stranger's text.
type source struct {
	text
	whose string
}

// A provenance is an action whose values are looked for.
type provenance struct {
	subject
	own, trusted text
	contacts     []contact
	texts        []source
}

// ownWords says whether a piece is the owner's own, wherever else it stands.
func (s *provenance) ownWords(p string) bool {
	return s.own.says(p) || s.trusted.says(p) || slices.ContainsFunc(s.contacts, func(c contact) bool {
		return c.address == p && s.own.names(c.name)
	})
}

// taken finds the stranger's text that a value was taken from.
func (s *provenance) taken(value string, kind Kind) (*source, bool) {
	folded := fold(value)
	if folded == "" || s.ownWords(folded) || kind == Link && s.ownHost(value) {
		return nil, false
	}
	if !kind.steers() && len(value) > maxQuoted {
		value = strings.ToValidUTF8(value[:maxQuoted], "") // who wrote its beginning will do
	}
	v := candidate{text: newText(value)}
	v.pieces, v.runs = piecesOf(v.s), s.runs(v.text)
	for i := range s.texts {
		if s.takenFrom(v, kind, &s.texts[i]) {
			return &s.texts[i], true
		}
	}
	return nil, false
}

// maxQuoted is how much of a text that steers nothing is looked at, in bytes.
const maxQuoted = 8 << 10

// A candidate is a value with what may give it away.
type candidate struct {
	text
	pieces []string
	runs   map[string]bool
}

// piecesOf lists what steers an effect even when it is short.
func piecesOf(s string) (out []string) {
	for _, p := range piece.FindAllString(s, -1) {
		if p = strings.TrimRight(p, ".,/"); utf8.RuneCountInString(p) >= 3 {
			out = append(out, p)
		}
	}
	return out
}

func (s *provenance) takenFrom(v candidate, kind Kind, t *source) bool {
	if kind != File && kind != Time { // a date is in the name of many files
		for n := range v.numbers {
			if (len(n) >= 4 || kind == Amount) && t.numbers[n] && !s.own.numbers[n] && !s.trusted.numbers[n] {
				return true
			}
		}
	}
	small := strings.Trim(v.original, "0123456789,. -") == "" // its numbers were looked at
	if !small && t.says(v.original) {
		return true
	}
	for _, p := range v.pieces {
		if s.ownWords(p) || s.knows(p) && !t.says(p) {
			continue
		}
		if strings.Contains(t.s, p) || utf8.RuneCountInString(p) >= 5 && holds(t.looks, textnorm.Skeleton(p)) {
			return true
		}
	}
	if kind == Address && strings.Contains(v.original, "@") {
		return false // half of it, the domain, is that of many
	}
	return t.shares(v.runs) || s.reordered(v.text, kind, t)
}

// runs are every twelve characters in a row of v that nobody else said.
func (s *provenance) runs(v text) map[string]bool {
	runs := map[string]bool{}
	for run := range windows(v.s) {
		if !strings.Contains(s.own.s, run) && !strings.Contains(s.trusted.s, run) && !strings.Contains(run, apart) {
			runs[run] = true
		}
	}
	return runs
}

// shares says whether t holds one of the runs.
func (t text) shares(runs map[string]bool) bool {
	if len(runs) == 0 {
		return false
	}
	for run := range windows(t.s) {
		if runs[run] {
			return true
		}
	}
	return false
}

// reordered says whether v is made of two or more words that all stand in t and
// that nobody else said. The name of a file that isn't there yet may be so made.
func (s *provenance) reordered(v text, kind Kind, t *source) bool {
	if !kind.steers() || kind == File && !s.there() || kind == Command {
		return false
	}
	n := 0
	for _, w := range words(v.original) {
		if s.own.has(w) || s.trusted.has(w) || digits(w) == w {
			continue
		}
		if !t.says(w) && !holds(t.looks, textnorm.Skeleton(w)) {
			return false
		}
		n++
	}
	return n >= 2
}

// there says whether a file may be there already: unless the tool knows better.
func (s *provenance) there() bool {
	return s.Facts["path"] != "inside" || s.Facts["file"] != "new"
}

// split finds values that stand side by side in a stranger's text although they
// are several arguments: "sales" and "evil.example".
func (s *provenance) split() map[string]*source {
	out := map[string]*source{}
	names := slices.Sorted(maps.Keys(s.Args))
	names = slices.DeleteFunc(names, func(n string) bool {
		l := letters(fold(s.Args[n]))
		return l == "" || len(l) > 200 || !s.table.Kind(s.Tool, n).steers()
	})
	if len(names) > 12 {
		names = names[:12]
	}
	var chain func(used []string, joined string)
	chain = func(used []string, joined string) {
		if len(used) > 1 && utf8.RuneCountInString(joined) >= 8 && !strings.Contains(s.own.letters, joined) && !strings.Contains(s.trusted.letters, joined) {
			for i := range s.texts {
				if strings.Contains(s.texts[i].letters, joined) {
					for _, n := range used {
						out[n] = &s.texts[i]
					}
				}
			}
		}
		if len(used) == 3 {
			return
		}
		for _, n := range names {
			if !slices.Contains(used, n) {
				chain(append(slices.Clone(used), n), joined+letters(fold(s.Args[n])))
			}
		}
	}
	chain(nil, "")
	return out
}
