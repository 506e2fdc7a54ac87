package consent

import "strings"

// A room gives Deputy's own voice back, whole or in pieces. When an answer may
// be heard at all is the desk's to say (not before the ask has ended); here is
// looked at what it says. The owner must be free to say what the ask ends with
// ("approve falcon", "go ahead"), so that exactly this is no echo; anything
// longer or other that stands in what was said lately is one.

// echoes says whether an approval stands, word for word, in what Deputy said, or
// sounds like a piece of it: "so, approve falcon" is "say: approve falcon".
func (u *utterance) echoes(said []string) bool {
	if u.exact() {
		return false
	}
	_, closed := u.join(0, len(u.words))
	for _, s := range said {
		v := split(s)
		for i := range v.words {
			if _, rest := v.join(i, len(v.words)); wholeWords(&v, i, closed) && strings.HasPrefix(rest, closed) {
				return true
			}
			if u.soundsLike(v.words[i:]) {
				return true
			}
		}
	}
	return u.parrots(said)
}

// soundsLike says whether each word of the answer sounds like the one of said
// that stands in its place.
func (u *utterance) soundsLike(said []word) bool {
	if len(u.words) < 2 || len(said) < len(u.words) {
		return false
	}
	for i, w := range u.words {
		if apart(sounds(w.text), sounds(said[i].text)) > 0.34 {
			return false
		}
	}
	return true
}

// wholeWords says whether closed ends where a word of v does, begun at word i.
func wholeWords(v *utterance, i int, closed string) bool {
	n := 0
	for _, w := range v.words[i:] {
		if n += len(w.text); n >= len(closed) {
			return n == len(closed) || hangul(w.text)
		}
	}
	return false
}

// exact says whether the answer is just what an ask demands: one approval in so
// many words, the code word, or both, and nothing else. A short yes is not: it
// is too easily a piece of anything that was said.
func (u *utterance) exact() bool {
	approvals, codes := 0, 0
	for _, m := range u.marks {
		switch {
		case m.kind&explicit != 0:
			approvals++
		case m.kind&code != 0:
			codes++
		default:
			return false
		}
	}
	return approvals <= 1 && codes <= 1
}

// parrots says whether the answer, if it is long enough to tell, is nearly a
// piece of what Deputy said. What refuses, delays or changes anything and was
// not part of that is the owner's.
func (u *utterance) parrots(said []string) bool {
	_, closed := u.join(0, len(u.words))
	syllables := 0
	for _, r := range closed {
		if syllable(r) {
			syllables++
		}
	}
	if len(u.words) < 4 && syllables < 8 {
		return false
	}
	a := letters(closed)
	for _, s := range said {
		v := split(s)
		_, text := v.join(0, len(v.words))
		if piece(a, letters(text)) <= 0.25 && u.within(text) {
			return true
		}
	}
	return false
}

// within says whether every word of the answer that decides something is in text.
func (u *utterance) within(text string) bool {
	for _, m := range u.marks {
		_, w := u.join(m.from, m.to)
		if m.kind != other && m.kind&(filler|weak|explicit|action|object|code) == 0 && !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// piece is the least edit distance of a to any piece of text, as a share of a.
func piece(a, text []rune) float64 {
	if len(a) == 0 {
		return 1
	}
	row := make([]int, len(text)+1) // zeros: a piece may begin anywhere
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range text {
			cost := diagonal
			if a[i] != text[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	best := row[0]
	for _, d := range row { // and end anywhere
		best = min(best, d)
	}
	return float64(best) / float64(len(a))
}
