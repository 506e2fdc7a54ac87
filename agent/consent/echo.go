package consent

import (
	"slices"
	"strings"

	"deputy/internal/textnorm"
)

// A room gives Deputy's own voice back, whole, in pieces, and misheard. When an
// answer may be heard at all is the desk's to say (not before the ask has ended);
// here is looked at what it says. The owner must be free to say what an ask ends
// with ("approve falcon", "go ahead"), so that exactly this is no echo. All else
// that stands in what was said lately, or sounds as if it did, is one.

// demanded are the approvals that asks tell the owner to say, as recognisers
// write them.
var demanded = map[string]bool{"go ahead": true, "approve": true, "approved": true, "진행해": true, "승인": true}

// sayable says whether the answer is just what an ask demands: one of those
// approvals, the code word, or both, and nothing else. A short yes is not: it is
// too easily a piece of anything that was said. Nor is 해 주세요, the end of
// every "please say" in Korean.
func (u *utterance) sayable() bool {
	approvals, codes := 0, 0
	for _, m := range u.marks {
		switch {
		case u.demands(m):
			approvals++
		case m.kind&code != 0:
			codes++
		default:
			return false
		}
	}
	return approvals <= 1 && codes <= 1
}

func (u *utterance) demands(m mark) bool {
	spaced, closed := u.join(m.from, m.to)
	return m.kind&explicit != 0 && (demanded[spaced] || demanded[closed])
}

// echoes says whether an approval stands, letter for letter, in what Deputy
// said, or sounds like a piece of it: "so, approve falcon" is "say: approve falcon".
func (u *utterance) echoes(said []string) bool {
	if len(said) == 0 || u.sayable() {
		return false
	}
	v := split(strings.Join(said, "\n")) // a piece may run over two lines
	if u.stands(&v) || u.leansOn(&v) || u.parrots(said) {
		return true
	}
	for i := range v.words {
		if u.soundsLike(v.words[i:]) {
			return true
		}
	}
	return false
}

// Refuses says whether a text is a refusal or a wait and nothing else.
func Refuses(text string) bool {
	u := parse(text, "")
	return u.halts()
}

// Echoes says whether a text may be a piece of what Deputy was saying while it was
// heard: it stands there, or sounds nearly like a piece of it.
func Echoes(text string, said []string) bool {
	u := parse(text, "")
	if len(u.words) == 0 || len(said) == 0 {
		return false
	}
	v := split(strings.Join(said, "\n"))
	_, closed := u.join(0, len(u.words))
	_, whole := v.join(0, len(v.words))
	own := textnorm.Letters(closed)
	return u.stands(&v) || len(own) >= 8 && 3*textnorm.DistanceWithin(own, textnorm.Letters(whole)) <= len(own)
}

// stands says whether the answer is a piece of v. The beginning of a word is
// easily lost ("undo it", 말씀해 주세요), and of a Korean one the end too.
func (u *utterance) stands(v *utterance) bool {
	_, closed := u.join(0, len(u.words))
	for i := range v.words {
		_, rest := v.join(i, min(i+len(u.words)+4, len(v.words)))
		for at := strings.Index(rest, closed); at >= 0 && at < len(v.words[i].text); {
			if textnorm.HasHangul(closed) || wholeWords(v, i, at+len(closed)) {
				return true
			}
			next := strings.Index(rest[at+1:], closed)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return false
}

// wholeWords says whether n bytes from the beginning of word i on end where a
// word of v does.
func wholeWords(v *utterance, i, n int) bool {
	for _, w := range v.words[i:] {
		if n -= len(w.text); n <= 0 {
			return n == 0
		}
	}
	return false
}

// leansOn says whether what stands beside the demanded words in a Korean answer
// sounds like what stood beside them when Deputy said them: 주세요, 승인 호랑이 is
// heard as 하세요, 승인 호랑이.
func (u *utterance) leansOn(v *utterance) bool {
	first, last := -1, -1
	for _, m := range u.marks {
		if !u.demands(m) && m.kind&code == 0 {
			continue
		}
		if first < 0 || m.from < first {
			first = m.from
		}
		last = max(last, m.to)
	}
	if first < 0 || !textnorm.HasHangul(u.text) {
		return false
	}
	_, core := u.join(first, last)
	_, before := u.join(0, first)
	_, after := u.join(last, len(u.words))
	_, text := v.join(0, len(v.words))
	for from := 0; ; {
		at := strings.Index(text[from:], core)
		if at < 0 {
			return false
		}
		head, tail := []rune(text[:from+at]), []rune(text[from+at+len(core):])
		n, k := len([]rune(before)), len([]rune(after))
		if n > 0 && n <= len(head) && alikeTo(before, string(head[len(head)-n:])) ||
			k > 0 && k <= len(tail) && alikeTo(after, string(tail[:k])) {
			return true
		}
		from += at + len(core)
	}
}

// alikeTo says whether two texts can be heard for one another.
func alikeTo(a, b string) bool { return textnorm.Apart(sounds(a), sounds(b)) <= 0.34 }

// soundsLike says whether each word of the answer sounds like the one of said
// that stands in its place.
func (u *utterance) soundsLike(said []word) bool {
	if len(u.words) < 2 || len(said) < len(u.words) {
		return false
	}
	for i, w := range u.words {
		if !alikeTo(w.text, said[i].text) {
			return false
		}
	}
	return true
}

// parrots says whether the answer, if it is long enough to tell, is nearly a
// piece of what Deputy said. What refuses, delays or changes anything and was
// not said just there is the owner's: a denial is never lost.
func (u *utterance) parrots(said []string) bool {
	_, closed := u.join(0, len(u.words))
	syllables := 0
	for _, r := range closed {
		if textnorm.Syllable(r) {
			syllables++
		}
	}
	if len(said) == 0 || len(u.words) < 4 && syllables < 8 {
		return false
	}
	v := split(strings.Join(said, "\n"))
	_, text := v.join(0, len(v.words))
	a, b := textnorm.Letters(closed), textnorm.Letters(text)
	n := textnorm.DistanceWithin(a, b)
	own := a
	if plainly(u, explicit|weak|action|object|ack|filler|code) { // what is demanded is the same anyway: the rest must be
		own = textnorm.Letters(u.without(func(m mark) bool { return u.demands(m) || m.kind&code != 0 }))
	}
	if 4*n > len(own) || !u.within(text) {
		return false
	}
	consenting := u.without(func(m mark) bool { return m.kind&(refuse|negate) != 0 })
	return consenting == closed || n < textnorm.DistanceWithin(textnorm.Letters(consenting), b)
}

// without is the answer without the words of some marks, unspaced.
func (u *utterance) without(drop func(mark) bool) (closed string) {
	for i, w := range u.words {
		if !slices.ContainsFunc(u.marks, func(m mark) bool { return m.from <= i && m.to > i && drop(m) }) {
			closed += w.text
		}
	}
	return closed
}

// within says whether every word of the answer that decides something is in text.
func (u *utterance) within(text string) bool {
	for _, m := range u.marks {
		_, w := u.join(m.from, m.to)
		if m.kind != other && m.kind&(filler|ack|weak|explicit|action|object|code) == 0 && !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
