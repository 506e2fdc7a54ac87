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

const (
	// loopRunes is how long a sentence must be to count: a short one may well come
	// three times.
	loopRunes = 15
	// longestTurn is the longest stretch, in runes, that is noticed when it follows
	// itself.
	longestTurn = 200
	// shortestLoop is how much stretches that follow each other must come to.
	shortestLoop = 60
)

// A loopGuard notices a text that has come to say a whole sentence for the third
// time, or whatever it is, sentence or not, three times in a row.
type loopGuard struct {
	part strings.Builder // the sentence that is being written
	said map[string]int

	tail  []rune               // the last runes, at most longestTurn
	again [longestTurn + 1]int // by distance: how many runes, up to the last, are the same as those so far before them
}

// take reads a piece of text and reports whether the text is in a loop.
func (g *loopGuard) take(piece string) bool {
	for _, r := range piece {
		if g.ends(r) || g.turns(r) {
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

// turns takes the next rune and reports whether a stretch has come three times in
// a row with it. A stretch without a letter is a rule or a row of a table.
func (g *loopGuard) turns(r rune) bool {
	looping := false
	for far := 1; far <= len(g.tail); far++ {
		if g.tail[len(g.tail)-far] != r {
			g.again[far] = 0
			continue
		}
		g.again[far]++
		if g.again[far] == max(2*far, shortestLoop-far) {
			looping = looping || strings.ContainsFunc(string(g.tail[len(g.tail)-far:]), unicode.IsLetter)
		}
	}
	if len(g.tail) == longestTurn {
		copy(g.tail, g.tail[1:])
		g.tail = g.tail[:longestTurn-1]
	}
	g.tail = append(g.tail, r)
	return looping
}
