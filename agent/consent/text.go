package consent

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// A word is one word of an answer, folded: lower case, without apostrophes,
// full-width letters made plain, Hangul composed.
type word struct {
	text       string
	start, end int  // bytes of it in the raw text
	broken     bool // punctuation stands before it
}

// An utterance is an answer made ready to be read.
type utterance struct {
	raw      string
	words    []word
	text     string // the words, one space between two
	question bool   // a question mark stands somewhere
	trailing bool   // it trails off ("yes...")
	tagged   bool   // part of it was a bracketed remark, such as [music]
	marks    []mark
}

// parse reads raw; codeWord is the one to look for, "" for none.
func parse(raw, codeWord string) utterance {
	u := split(raw)
	u.read(codeWord)
	return u
}

// split cuts raw into folded words.
func split(raw string) utterance {
	u := utterance{raw: raw}
	var cur []rune
	start, depth, dots, broken := 0, 0, 0, false
	flush := func(end int) {
		if len(cur) > 0 {
			u.words = append(u.words, word{squeeze(norm.NFC.String(string(cur))), start, end, broken})
			cur, broken = nil, false
		}
	}
	for i, r := range raw {
		r = fold(r)
		if r == '.' {
			dots++
		} else if r != 0 {
			dots = 0
		}
		switch {
		case r == 0: // invisible
		case r == '[' || r == '(' || r == '{' || r == '<':
			flush(i)
			depth++
			u.tagged = true
		case r == ']' || r == ')' || r == '}' || r == '>':
			flush(i)
			depth = max(depth-1, 0)
			u.tagged = true
		case depth > 0 && closes(raw[i:]): // a remark about the sound, not speech
		case r == '\'': // "don't" is one word, and Whisper doesn't always write the apostrophe
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if len(cur) == 0 {
				start = i
			}
			cur = append(cur, unicode.ToLower(r))
		case unicode.IsSpace(r) || r == '-':
			flush(i)
		case r == '?':
			flush(i)
			broken, u.question = true, true
		case unicode.IsPunct(r):
			flush(i)
			broken = true
			u.trailing = u.trailing || r == '…' || dots >= 2
		default: // a sign that nobody says: no plain answer holds one
			flush(i)
			u.tagged = u.tagged || strings.ContainsRune("♩♪♫♬", r)
			u.words = append(u.words, word{string(r), i, i + len(string(r)), true})
		}
	}
	flush(len(raw))
	texts := make([]string, len(u.words))
	for i, w := range u.words {
		texts[i] = w.text
	}
	u.text = strings.Join(texts, " ")
	return u
}

// closes says whether a bracket is ever closed: one that isn't hides nothing.
func closes(s string) bool { return strings.ContainsAny(s, "])}>］）｝＞") }

// fold makes characters that are heard alike one: it gives 0 for what can't be seen.
func fold(r rune) rune {
	switch r = textnorm.Narrow(r); {
	case strings.ContainsRune("’‘ʼ′`´‛＇ʹˈ", r):
		return '\''
	case strings.ContainsRune("؟¿⁇⁈⁉‽\u037e", r):
		return '?'
	case strings.ContainsRune("‐‑‒–—―−", r):
		return '-'
	case textnorm.Ignorable(r), unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r):
		return 0
	}
	return r
}

// squeeze shortens what was drawn out: "nooo" is "no". A number stays as it is.
func squeeze(s string) string {
	rs := []rune(s)
	var out []rune
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && rs[j] == rs[i] {
			j++
		}
		switch {
		case unicode.IsDigit(rs[i]):
			out = append(out, rs[i:j]...)
		case j-i == 2:
			out = append(out, rs[i], rs[i])
		default:
			out = append(out, rs[i])
		}
		i = j
	}
	return string(out)
}

// join is the words from i to j, as they stand in the tables: English with
// spaces, Korean without, since nobody hears how Korean is spaced.
func (u *utterance) join(i, j int) (spaced, closed string) {
	for k, w := range u.words[i:j] {
		if k > 0 {
			spaced += " "
		}
		spaced += w.text
		closed += w.text
	}
	return spaced, closed
}

// after is the raw text behind word i, without the punctuation around it.
func (u *utterance) after(i int) string {
	if i+1 >= len(u.words) {
		return ""
	}
	return strings.TrimSpace(u.raw[u.words[i+1].start:])
}
