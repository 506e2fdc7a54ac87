package address

import (
	"strings"

	"deputy/internal/textnorm"
)

// A sound is what a letter stands for, roughly: consonants that recognisers mix up
// are one class with the voice apart, vowels are as they are spelled.
type sound struct {
	class rune // p t k s f m n r w h for consonants, a e i o u for vowels
	soft  bool // voiced: b for p, d for t, g for k, z and j for s, v for f
}

func (s sound) vowel() bool { return strings.ContainsRune("aeiou", s.class) }

// letters are the sounds of Latin letters.
var letters = map[rune]string{
	'b': "b", 'p': "p", 'd': "d", 't': "t", 'g': "g", 'k': "k", 'c': "k", 'q': "k", 's': "s", 'z': "z", 'x': "ks", 'j': "z", 'f': "f", 'v': "v",
	'm': "m", 'n': "n", 'l': "r", 'r': "r", 'w': "w", 'h': "h", 'a': "a", 'e': "e", 'i': "i", 'o': "o", 'u': "u", 'y': "i",
}

// spellings are letters that stand for one sound together. The longer come first.
var spellings = strings.NewReplacer(
	"eau", "u", "ough", "o", "tch", "z", "th", "d", "ph", "f", "sh", "s", "ch", "z", "ck", "k", "wh", "w", "gh", "", "kn", "n",
	"ee", "i", "ea", "i", "ie", "i", "ey", "i", "oo", "u", "ou", "u", "ew", "u", "ue", "u", "you", "u", "yu", "u", "ai", "e", "ay", "e", "au", "o", "aw", "o",
)

// soundsOf spells a word by its sounds: the same ones for Deputy and 데퓨티.
func soundsOf(w string) (out []sound) {
	add := func(r rune) {
		s := sound{class: r}
		if i := strings.IndexRune("bdgzv", r); i >= 0 {
			s = sound{rune("ptksf"[i]), true}
		}
		if n := len(out); n == 0 || out[n-1] != s {
			out = append(out, s)
		}
	}
	latin := []rune(spellings.Replace(silentEnd(strings.ToLower(w))))
	for _, r := range latin {
		if textnorm.Syllable(r) {
			for _, s := range syllable(r) {
				add(s)
			}
			continue
		}
		for _, s := range letters[r] {
			add(s)
		}
	}
	return out
}

// silentEnd is an English word without the e that isn't spoken.
func silentEnd(w string) string {
	if n := len(w); n > 3 && w[n-1] == 'e' && !strings.ContainsRune("aeiouy", rune(w[n-2])) {
		return w[:n-1]
	}
	return w
}

// The letters of a Hangul syllable as sounds, in the order of Unicode.
var (
	initials = strings.Split("g k n d t r m b p s s  z z z k t p h", " ")
	vowels   = strings.Split("a e a e o e o e o a e e o u o e i u u i i", " ")
	finals   = strings.Split(" k k k n n n t r k m r r r p r m p p t t n t t k t p t", " ")
)

func syllable(r rune) string {
	initial, vowel, final := textnorm.Jamo(r)
	return initials[initial] + vowels[vowel] + finals[final]
}

// distance is what it costs to take one for the other.
func distance(a, b []sound) float64 { return textnorm.Cost(a, b, swap, loss) }

// loss is what it costs that the i-th sound is there on one side only: a stop
// before another is hardly heard, nor is an h, a glide or a vowel's r.
func loss(s []sound, i int) float64 {
	switch c := s[i].class; {
	case strings.ContainsRune("hw", c):
		return 0.3
	case s[i].vowel():
		return 0.5
	case c == 'r' && i > 0 && s[i-1].vowel():
		return 0.5
	case strings.ContainsRune("ptk", c) && i+1 < len(s) && strings.ContainsRune("ptk", s[i+1].class):
		return 0.35
	}
	return 0.9
}

// swap is what it costs to hear one sound for another.
func swap(s, t sound) float64 {
	switch {
	case s == t:
		return 0
	case s.class == t.class:
		return 0.2
	case s.vowel() && t.vowel():
		if near := string(s.class) + string(t.class); strings.Contains("ea ae ie ei uo ou ao oa", near) {
			return 0.25
		}
		return 0.45
	case s.vowel() != t.vowel():
		return 1.2
	case strings.ContainsRune("mn", s.class) && strings.ContainsRune("mn", t.class):
		return 0.4
	}
	return 0.9
}
