package openai

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errLooping ends a reply that says the same again and again, as small models do
// until their tokens run out.
var errLooping = errors.New("the reply repeats itself")

// loopRunes is how long a sentence must be to count: a short one may well come
// three times.
const loopRunes = 15

// A loopGuard notices a text that has come to say a whole sentence for the third
// time, or whatever it is, sentence or not, three times in a row.
type loopGuard struct {
	part   strings.Builder // the sentence that is being written
	said   map[string]int
	rounds rounds
}

// take reads a piece of text and reports whether the text is in a loop.
func (g *loopGuard) take(piece string) bool {
	for _, r := range piece {
		if g.ends(r) || g.rounds.take(r, 3, 60) {
			return true
		}
	}
	return false
}

// ends takes the next rune and reports whether it ends a sentence for the third time.
func (g *loopGuard) ends(r rune) bool {
	g.part.WriteRune(r)
	if !strings.ContainsRune(".!?。\n", r) {
		return false
	}
	sentence := strings.Join(strings.Fields(g.part.String()), " ")
	g.part.Reset()
	if utf8.RuneCountInString(sentence) < loopRunes {
		return false
	}
	if g.said == nil {
		g.said = map[string]int{}
	}
	g.said[sentence]++
	return g.said[sentence] == 3
}

// longestRound is the longest stretch, in runes, that is noticed when it follows
// itself.
const longestRound = 200

// rounds count how often a text has just said the same stretch in a row.
type rounds struct {
	tail  []rune                // the last runes, at most longestRound
	again [longestRound + 1]int // by distance: how many runes in a row, up to the last, are the same as those so far before them
}

// take takes the next rune and reports whether a stretch has come the given number
// of times in a row with it, in at least so many runes. A stretch without a letter
// is a rule or a row of a table.
func (o *rounds) take(r rune, times, runes int) bool {
	looping := false
	for far := 1; far <= len(o.tail); far++ {
		if o.tail[len(o.tail)-far] != r {
			o.again[far] = 0
			continue
		}
		o.again[far]++
		if o.again[far] == max((times-1)*far, runes-far) {
			looping = looping || strings.ContainsFunc(string(o.tail[len(o.tail)-far:]), unicode.IsLetter)
		}
	}
	if len(o.tail) == longestRound {
		copy(o.tail, o.tail[1:])
		o.tail = o.tail[:longestRound-1]
	}
	o.tail = append(o.tail, r)
	return looping
}
