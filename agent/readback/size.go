package readback

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// shortBody is how many characters of a text are read out without being asked for.
	shortBody = 100
	// bodyBegins is how many characters of a longer one are.
	bodyBegins = 60
	// pieceLength is how many characters are read out at once when the owner asks
	// for the whole: about twenty seconds.
	pieceLength = 300
)

// sizeOf says what a text is: a short one itself, of a longer one how long it is
// and its first words: "a text of 120 words in 9 sentences, beginning: Dear all".
func sizeOf(body, language string) string {
	t := tongueOf(language)
	all, whole := t.all(body), clean(body)
	n := utf8.RuneCountInString(whole)
	if n <= shortBody {
		return all
	}
	if len(strings.Fields(whole)) == 1 {
		all = "" // one run: its first letters are said
	}
	begins := ""
	for _, w := range strings.Fields(all) {
		if next := strings.TrimSpace(begins + " " + w); utf8.RuneCountInString(next) <= bodyBegins {
			begins = next
			continue
		}
		break
	}
	if begins == "" {
		begins = t.foreign(string([]rune(whole)[:8]))
	}
	return t.size(len(strings.Fields(whole)), sentences(whole), n, strings.TrimRight(begins, " ,;:"))
}

// all is the whole of a text as it is to be heard, whatever its length.
func (t *tongue) all(body string) string {
	text, _ := speak(body, pick(t.korean, "ko", "en"), 1<<30)
	return text
}

// sentences counts the sentences of a text, at least 1.
func sentences(s string) int {
	n, open := 0, false
	for _, w := range strings.Fields(s) {
		open = open || strings.ContainsFunc(w, unicode.IsLetter) || strings.ContainsFunc(w, unicode.IsDigit)
		if open && strings.HasSuffix(strings.TrimRight(w, `"')]`), ".") || open && strings.ContainsAny(w[len(w)-1:], "!?") {
			n, open = n+1, false
		}
	}
	if open {
		n++
	}
	return max(n, 1)
}

// pieces cuts the whole of a text, as it is to be heard, into parts of at most
// length characters (leastSpeakable at least; 0 is pieceLength), at the ends of
// sentences where there are some, else between words, else where they must end.
// Nothing is left out. An empty text has none.
func pieces(body, language string, length int) []string {
	if length == 0 {
		length = pieceLength
	}
	length = max(length, leastSpeakable)
	var out []string
	rest := []rune(tongueOf(language).all(body))
	for len(rest) > length {
		end := length // in the middle of a word, if need be
		space, sentence := 0, 0
		for i, r := range rest[:length+1] {
			if r != ' ' || i == 0 {
				continue
			}
			space = i
			if strings.ContainsRune(".!?", rest[i-1]) {
				sentence = i
			}
		}
		switch {
		case sentence > length/3:
			end = sentence
		case space > 0:
			end = space
		}
		out = append(out, string(rest[:end]))
		if rest = rest[end:]; rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	if len(rest) > 0 {
		out = append(out, string(rest))
	}
	return out
}
