package readback

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// leastSpeakable is the least limit of [Speakable], in characters: room for a
// word and for how much is left out.
const leastSpeakable = 40

// Speakable makes the text of others fit to be heard inside one of Deputy's own
// sentences, in language ("en" or "ko"; any other is read as "en"). What can't be
// seen or heard is dropped, a line end becomes a pause, a word of mixed alphabets
// is said to be one, with the foreign letters named, and a long run without
// spaces is summarised. It is at most limit characters (leastSpeakable at least):
// what is too long ends at a word, with how much is left out.
//
// Plain text that is short enough says the same afterwards, and doing it twice is
// doing it once. "" stays "".
func Speakable(s, language string, limit int) string {
	text, _ := speak(s, language, limit)
	return text
}

// speak is speakable; cut says that something was left out or only summarised.
func speak(s, language string, limit int) (text string, cut bool) {
	t := tongueOf(language)
	limit = max(limit, leastSpeakable)
	words := strings.Fields(clean(s))
	var spoken []string
	words = slices.DeleteFunc(words, func(w string) bool { return t.foreign(w) == "" })
	for _, w := range words {
		short, is := t.longRun(w)
		if !is {
			short = t.foreign(w)
		}
		spoken, cut = append(spoken, short), cut || is
	}
	if all := strings.Join(spoken, " "); utf8.RuneCountInString(all) <= limit {
		return all, cut
	}
	return t.capped(words, spoken, limit), true
}

// capped says as many words as fit into limit, and how many characters of the
// rest are left out. A word that is said by more than itself ("with a Cyrillic a")
// is said whole or not at all: half of it would be another word.
func (t *tongue) capped(words, spoken []string, limit int) string {
	left := utf8.RuneCountInString(strings.Join(words, " "))
	room := limit - utf8.RuneCountInString(t.more(left))
	said := ""
	for i, s := range spoken {
		next := s
		if said != "" {
			next = said + " " + s
		}
		if utf8.RuneCountInString(next) > room {
			if said == "" && s == words[i] {
				said = string([]rune(s)[:room])
				left -= room
			}
			break
		}
		said = next
		left -= utf8.RuneCountInString(words[i]) + 1
	}
	return strings.TrimRight(said, " ,;:") + t.more(left)
}

// longest is how many characters a run without a pause may have, longestToken a
// run with some, such as a path or base64 with its slashes.
const (
	longest      = 32
	longestToken = 64
)

// longRun summarises a word that nobody could follow: a hash, a key, base64.
// Hangul, which may be written without spaces, is none.
func (t *tongue) longRun(word string) (short string, is bool) {
	n, run, over := 0, 0, false
	for _, r := range word {
		if n++; syllabic(r) {
			return "", false
		}
		if run++; strings.ContainsRune("/.,:;-?&@()", r) {
			run = 0
		}
		over = over || run > longest
	}
	if !over || n <= longestToken && strings.ContainsAny(word, "/.@") {
		return "", false
	}
	return t.run(n, t.foreign(string([]rune(word)[:8]))), true
}

// Clip cuts a text to at most n characters.
func Clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "..."
}
