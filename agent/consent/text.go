package consent

import (
	"strings"
	"unicode"
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
			u.words = append(u.words, word{squeeze(compose(cur)), start, end, broken})
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
	switch {
	case r >= '！' && r <= '～': // full-width
		return fold(r - 0xFEE0)
	case r == '\u3000':
		return ' '
	case strings.ContainsRune("’‘ʼ′`´‛＇ʹˈ", r):
		return '\''
	case strings.ContainsRune("؟¿⁇⁈⁉‽\u037e", r):
		return '?'
	case strings.ContainsRune("‐‑‒–—―−", r):
		return '-'
	case r == '\u00ad' || unicode.Is(unicode.Cf, r) || r >= 0xFE00 && r <= 0xFE0F || r == '\u115F' || r == '\u1160' || r == '\u3164':
		return 0
	case unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r):
		return 0
	}
	return r
}

// compose writes conjoining jamo, as some systems send Hangul, as syllables.
func compose(rs []rune) string {
	var out []rune
	for _, r := range rs {
		n := len(out)
		switch {
		case n > 0 && out[n-1] >= 0x1100 && out[n-1] <= 0x1112 && r >= 0x1161 && r <= 0x1175:
			out[n-1] = 0xAC00 + ((out[n-1]-0x1100)*21+(r-0x1161))*28
		case n > 0 && syllable(out[n-1]) && (out[n-1]-0xAC00)%28 == 0 && r >= 0x11A8 && r <= 0x11C2:
			out[n-1] += r - 0x11A7
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// isHangul says whether r is Korean: a syllable, or a letter by itself (ㄴㄴ).
func isHangul(r rune) bool { return syllable(r) || r >= 0x3131 && r <= 0x3163 }

func syllable(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }

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
