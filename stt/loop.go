package stt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Doubled says that a sentence was written down twice in a row, which whisper
// does when its encoder window is cut short. People also say things twice, so it
// is a reason to look again, not to drop: single words ("stop, stop") don't
// count.
func Doubled(text string) bool {
	words := strings.Fields(fold(text))
	if n := len(words); n >= 4 && n%2 == 0 && near(words[:n/2], words[n/2:]) {
		return true
	}
	last := ""
	for s := range strings.FieldsFuncSeq(text, ends) {
		s = fold(s)
		if s != "" && s == last && long(s) {
			return true
		}
		if s != "" {
			last = s
		}
	}
	return false
}

func ends(r rune) bool { return strings.ContainsRune(".?!…。？！\n", r) }

// long says that a folded sentence is more than a word that people repeat.
func long(s string) bool {
	if strings.Contains(s, " ") {
		return utf8.RuneCountInString(s) >= 6
	}
	return utf8.RuneCountInString(s) >= 5 && unicode.Is(unicode.Hangul, []rune(s)[0])
}

// near says that two runs of words of one length differ in at most one word in six.
func near(a, b []string) bool {
	differ := 0
	for i := range a {
		if a[i] != b[i] {
			differ++
		}
	}
	return differ*6 <= len(a) && long(strings.Join(a, " "))
}

// Looped says that text goes round in circles: one word six times on end, two or
// three words four times, a longer run three times; or, where there are no
// spaces, the same for syllables, more strictly.
func Looped(text string) bool {
	key := fold(text)
	words := strings.Fields(key)
	if repeats(words, func(unit int) int {
		switch {
		case unit == 1:
			return 6
		case unit <= 3:
			return 4
		}
		return 3
	}) {
		return true
	}
	runes := []rune(strings.ReplaceAll(key, " ", ""))
	return repeats(runes, func(unit int) int {
		switch {
		case unit == 1:
			return 12
		case unit <= 4:
			return 7
		}
		return 4
	})
}

// maxUnit is the longest run that repeats looks for. A loop of whisper's is a
// phrase or a sentence, and one turn of a longer one would not fit its window.
const maxUnit = 40

// repeats says whether some run of unit elements occurs at least times(unit)
// times without anything between.
func repeats[E comparable](s []E, times func(unit int) int) bool {
	for unit := 1; unit <= maxUnit && 2*unit <= len(s); unit++ {
		same, need := 0, unit*(times(unit)-1)
		for i := unit; i < len(s); i++ {
			if s[i] != s[i-unit] {
				same = 0
				continue
			}
			if same++; same >= need {
				return true
			}
		}
	}
	return false
}
