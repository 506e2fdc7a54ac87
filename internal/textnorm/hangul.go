package textnorm

import (
	"strings"
	"unicode"
)

// Syllable says whether r is a whole Hangul syllable.
func Syllable(r rune) bool { return r >= '가' && r <= '힣' }

// Hangul says whether r is Korean: a syllable, or a letter by itself (ㄴㄴ).
func Hangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// HasHangul says whether Korean stands in s.
func HasHangul(s string) bool { return strings.ContainsFunc(s, Hangul) }

// Jamo are the letters of a Hangul syllable by their place in Unicode's order: 19
// initials, 21 vowels, and 27 finals from 1 on, 0 for none.
func Jamo(syllable rune) (initial, vowel, final int) {
	n := int(syllable - '가')
	return n / (21 * 28), n / 28 % 21, n % 28
}

// Letters spells s: a Hangul syllable by its letters, all else as it is.
func Letters(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if !Syllable(r) {
			out = append(out, r)
			continue
		}
		initial, vowel, final := Jamo(r)
		out = append(out, 0x1100+rune(initial), 0x1161+rune(vowel))
		if final > 0 {
			out = append(out, 0x11a7+rune(final))
		}
	}
	return out
}
