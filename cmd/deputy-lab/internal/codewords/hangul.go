package codewords

import "deputy/internal/textnorm"

// A sound of Korean by its features: two sounds are the farther apart the more
// of them differ. Only like kinds of sounds are compared.
type sound struct {
	kind    byte // 'c' onset, 'v' vowel, 'f' final
	a, b, c int8 // of a consonant: place, manner, strength; of a vowel: height, depth, rounding
	glide   int8 // of a vowel: 0 none, 1 y, 2 w
	silent  bool // the empty onset
}

// Places of consonants: 1 lips, 2 teeth, 3 palate, 4 velum, 5 throat. Manners: 1
// stop, 2 affricate, 3 fricative, 4 nasal, 5 liquid. Strengths: 1 plain, 2 tense,
// 3 aspirated, 0 none.
var onsets = []sound{
	{'c', 4, 1, 1, 0, false}, {'c', 4, 1, 2, 0, false}, {'c', 2, 4, 0, 0, false}, {'c', 2, 1, 1, 0, false}, {'c', 2, 1, 2, 0, false}, // ㄱ ㄲ ㄴ ㄷ ㄸ
	{'c', 2, 5, 0, 0, false}, {'c', 1, 4, 0, 0, false}, {'c', 1, 1, 1, 0, false}, {'c', 1, 1, 2, 0, false}, {'c', 2, 3, 1, 0, false}, // ㄹ ㅁ ㅂ ㅃ ㅅ
	{'c', 2, 3, 2, 0, false}, {'c', 0, 0, 0, 0, true}, {'c', 3, 2, 1, 0, false}, {'c', 3, 2, 2, 0, false}, {'c', 3, 2, 3, 0, false}, // ㅆ ㅇ ㅈ ㅉ ㅊ
	{'c', 4, 1, 3, 0, false}, {'c', 2, 1, 3, 0, false}, {'c', 1, 1, 3, 0, false}, {'c', 5, 3, 3, 0, false}, // ㅋ ㅌ ㅍ ㅎ
}

// Heights: 0 open to 3 close. Depths: 0 front to 2 back. What most speakers no
// longer tell apart (ㅐ ㅔ, ㅙ ㅚ ㅞ) is the same here.
var vowels = []sound{
	{'v', 0, 1, 0, 0, false}, {'v', 1, 0, 0, 0, false}, {'v', 0, 1, 0, 1, false}, {'v', 1, 0, 0, 1, false}, {'v', 1, 2, 0, 0, false}, // ㅏ ㅐ ㅑ ㅒ ㅓ
	{'v', 1, 0, 0, 0, false}, {'v', 1, 2, 0, 1, false}, {'v', 1, 0, 0, 1, false}, {'v', 2, 2, 1, 0, false}, {'v', 0, 1, 0, 2, false}, // ㅔ ㅕ ㅖ ㅗ ㅘ
	{'v', 1, 0, 0, 2, false}, {'v', 1, 0, 0, 2, false}, {'v', 2, 2, 1, 1, false}, {'v', 3, 2, 1, 0, false}, {'v', 1, 2, 0, 2, false}, // ㅙ ㅚ ㅛ ㅜ ㅝ
	{'v', 1, 0, 0, 2, false}, {'v', 3, 0, 0, 2, false}, {'v', 3, 2, 1, 1, false}, {'v', 3, 2, 0, 0, false}, {'v', 3, 1, 0, 0, false}, {'v', 3, 0, 0, 0, false}, // ㅞ ㅟ ㅠ ㅡ ㅢ ㅣ
}

// finals by Unicode's order, as the seven sounds that are left of them.
var finals = func() (out [28]sound) {
	k, n, t := sound{'f', 4, 1, 0, 0, false}, sound{'f', 2, 4, 0, 0, false}, sound{'f', 2, 1, 0, 0, false}
	l, m, p, ng := sound{'f', 2, 5, 0, 0, false}, sound{'f', 1, 4, 0, 0, false}, sound{'f', 1, 1, 0, 0, false}, sound{'f', 4, 4, 0, 0, false}
	copy(out[1:], []sound{k, k, k, n, n, n, t, l, k, m, p, l, l, p, l, m, p, p, t, t, ng, t, t, k, t, p, t})
	return out
}()

// soundsOf takes the syllables of a Korean word apart.
func soundsOf(text string) (out []sound) {
	for _, r := range text {
		if !textnorm.Syllable(r) {
			continue
		}
		initial, vowel, final := textnorm.Jamo(r)
		out = append(out, onsets[initial], vowels[vowel])
		if final > 0 {
			out = append(out, finals[final])
		}
	}
	return out
}

// weight is what it costs to leave a sound out.
func (s sound) weight() float64 {
	switch {
	case s.silent:
		return 0.2
	case s.kind == 'f':
		return 0.7
	case s.kind == 'c' && s.a == 5:
		return 0.5 // ㅎ is often hardly there
	}
	return 1
}

// cost is what it costs to hear o for s, in [0, 1.4]; different kinds are a
// sound left out and another put in.
func (s sound) cost(o sound) float64 {
	if s.kind != o.kind {
		return s.weight() + o.weight()
	}
	if s.silent || o.silent {
		if s.silent && o.silent {
			return 0
		}
		return max(s.weight(), o.weight())
	}
	if s.kind == 'v' {
		d := 0.25*float64(abs(s.a-o.a)) + 0.25*float64(abs(s.b-o.b))
		if s.c != o.c {
			d += 0.15
		}
		if s.glide != o.glide {
			d += 0.25
		}
		return min(1, d)
	}
	d := 0.0
	if s.a != o.a {
		d += 0.4
	}
	if s.b != o.b {
		d += 0.5
	}
	if s.c != o.c {
		d += 0.25
	}
	return min(1, d) * max(s.weight(), o.weight())
}

func abs(n int8) int8 { return max(n, -n) }

// apart is the cheapest way from one word to the other, over the weight of the
// longer: 0 is equal, about 1 has nothing in common.
func apart(a, b []sound) float64 {
	weigh := func(s []sound) (sum float64) {
		for _, x := range s {
			sum += x.weight()
		}
		return sum
	}
	if most := max(weigh(a), weigh(b)); most > 0 {
		return textnorm.Cost(a, b, sound.cost, func(s []sound, i int) float64 { return s[i].weight() }) / most
	}
	return 0
}
