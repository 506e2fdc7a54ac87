package consent

import (
	"slices"
	"strings"

	"deputy/internal/textnorm"
)

// particles may stand behind a Korean code word: 호랑이요, 호랑이로 승인.
var particles = []string{"", "요", "이요", "이에요", "예요", "입니다", "로", "으로", "을", "를", "야", "이야"}

// findCode marks the code word wherever it stands, exactly as it was demanded.
func (u *utterance) findCode(codeWord string) {
	want := closedForm(codeWord)
	if want == "" {
		return
	}
	for i := 0; i < len(u.words); {
		n := 1
		for j := i + 1; j <= min(i+3, len(u.words)); j++ {
			_, got := u.join(i, j)
			tail, ok := strings.CutPrefix(got, want)
			if ok && slices.Contains(particles, tail) && (tail == "" || textnorm.HasHangul(want)) {
				u.marks = append(u.marks, mark{code, i, j})
				n = j - i
				break
			}
		}
		i += n
	}
}

// nearMiss is what was said in place of the code word, and close to it in
// spelling or in sound; "" if nothing was.
func (u *utterance) nearMiss(codeWord string) string {
	want := closedForm(codeWord)
	best, found := 1.0, ""
	for i := range u.words {
		for j := i + 1; j <= min(i+2, len(u.words)); j++ {
			if u.kindOf(i, j) != other {
				continue
			}
			spaced, got := u.join(i, j)
			if d := min(textnorm.Apart(textnorm.Letters(got), textnorm.Letters(want)), textnorm.Apart(sounds(got), sounds(want))); d <= 0.5 && d < best {
				best, found = d, spaced
			}
		}
	}
	return found
}

// kindOf is every kind that the words i to j have a part in.
func (u *utterance) kindOf(i, j int) kind {
	k := other
	for _, m := range u.marks {
		if m.from < j && m.to > i {
			k |= m.kind
		}
	}
	return k
}

func closedForm(s string) string {
	u := split(s)
	_, closed := u.join(0, len(u.words))
	return closed
}

// alike are letters that are easily heard for one another.
var alike = func() map[rune]rune {
	m := map[rune]rune{}
	for _, group := range []string{
		"bpvf", "ckqgx", "dt", "szj", "mn", "lr", "aeiouyhw",
		"ᄀᄁᄏ", "ᄃᄄᄐ", "ᄇᄈᄑ", "ᄉᄊᄌᄍᄎ", "ᄆᄂ", "ᅢᅦᅨᅤᅬᅫᅰ", "ᅥᅩᅧᅭ", "ᅮᅳᅲ", "ᅵᅴᅱ", "ᆨᆩᆿ", "ᆮᆺᆻᆽᆾᇀ", "ᆸᇁ", "ᆫᆷᆼ",
	} {
		first := []rune(group)[0]
		for _, r := range group {
			m[r] = first
		}
	}
	return m
}()

// sounds is letters, with what sounds alike made alike.
func sounds(s string) []rune {
	rs := textnorm.Letters(s)
	for i, r := range rs {
		if a, ok := alike[r]; ok {
			rs[i] = a
		}
	}
	return slices.Compact(rs)
}
