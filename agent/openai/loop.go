package openai

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// errLooping ends a reply that says the same again and again, as small models do
// until their tokens run out.
var errLooping = errors.New("the reply repeats itself")

// A loopGuard notices a text that has come to say a whole sentence for the third
// time.
type loopGuard struct {
	part strings.Builder // the sentence that is being written
	said map[string]int
}

// loopRunes is how long a sentence must be to count: a short one may well come
// three times.
const loopRunes = 15

// take reads a piece of text and reports whether the text is in a loop.
func (g *loopGuard) take(piece string) bool {
	for _, r := range piece {
		g.part.WriteRune(r)
		if !strings.ContainsRune(".!?。\n", r) {
			continue
		}
		sentence := strings.Join(strings.Fields(g.part.String()), " ")
		g.part.Reset()
		if utf8.RuneCountInString(sentence) < loopRunes {
			continue
		}
		if g.said == nil {
			g.said = map[string]int{}
		}
		if g.said[sentence]++; g.said[sentence] == 3 {
			return true
		}
	}
	return false
}
