package policy

import (
	"strings"

	"deputy/internal/numexpr"
)

// An owner's words come from a recogniser: "finance at acme dot example", "five
// hundred dollars", "5만 원". spoken gives them as they would be typed, beside
// as they are.
var (
	spokenMarks = strings.NewReplacer(
		" at ", "@", " 골뱅이 ", "@", "골뱅이", "@", " dot ", ".", " 닷 ", ".", " 점 ", ".", " dash ", "-", " hyphen ", "-", " 하이픈 ", "-",
		" underscore ", "_", " 언더바 ", "_", " slash ", "/", " 슬래시 ", "/",
	)
)

// newOwn is newText for the owner's words.
func newOwn(s string) text {
	t := newText(s)
	typed := spokenMarks.Replace(t.s)
	if typed != t.s {
		t.s += apart + typed
	}
	t.letters = letters(t.s)
	t.numbers, t.tokens = numbersIn(t.s), tokensOf(t.s)
	for _, n := range numexpr.Find(t.original) {
		t.numbers[n] = true
	}
	return t
}
