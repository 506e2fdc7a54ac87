// Package score counts the errors of transcripts: words for English, characters for Korean. It knows how texts are made
// comparable and nothing of whoever wrote them.
package score

import (
	"fmt"
	"strings"
	"unicode"

	"deputy/internal/textnorm"
)

// A Score counts units (words in English, characters in Korean) and the edits between what was said and what was written.
type Score struct {
	Clips, Absent                 int // recordings scored; recordings without a transcript, which are left out of the rate
	Units                         int
	Substituted, Missed, Invented int
}

// Add counts o in.
func (s *Score) Add(o Score) {
	s.Clips += o.Clips
	s.Absent += o.Absent
	s.Units += o.Units
	s.Substituted += o.Substituted
	s.Missed += o.Missed
	s.Invented += o.Invented
}

// Edits is how many units are wrong.
func (s Score) Edits() int { return s.Substituted + s.Missed + s.Invented }

// Rate is the error rate in percent; what is invented where nothing is said has no rate.
func (s Score) Rate() string {
	if s.Units == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(s.Edits())/float64(s.Units))
}

// Units cuts a text into what is counted. Case and punctuation don't count, numbers stay as they are written; English loses
// its apostrophes and is cut at hyphens, Korean loses its spaces, since the references space morphemes and not words.
func Units(lang, text string) []string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		case r == '\'' || r == '’':
			return -1
		}
		return ' '
	}, text)
	words := strings.Fields(text)
	if lang != "ko" {
		return words
	}
	return strings.Split(strings.Join(words, ""), "")
}

// Compare counts the fewest edits that make want out of got, and of these those that substitute most.
func Compare(want, got []string) Score {
	const more = 1 + 1e-6 // what one that is missed or invented costs
	cost := textnorm.Cost(want, got, textnorm.Differ[string], func([]string, int) float64 { return more })
	edits := int(cost)
	alone := int((cost-float64(edits))/(more-1) + 0.5) // how many are missed or invented
	missed := (alone + len(want) - len(got)) / 2
	return Score{Clips: 1, Units: len(want), Substituted: edits - alone, Missed: missed, Invented: alone - missed}
}
