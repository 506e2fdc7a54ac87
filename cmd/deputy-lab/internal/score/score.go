// Package score counts the errors of transcripts: words for English, characters for Korean. It knows how texts are made
// comparable and nothing of whoever wrote them.
package score

import (
	"fmt"
	"strings"
	"unicode"
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

// Compare counts the fewest edits that make want out of got, by the table of Wagner and Fischer.
func Compare(want, got []string) Score {
	row := make([]Score, len(got)+1)
	for j := range row {
		row[j].Invented = j
	}
	for i, w := range want {
		diagonal := row[0]
		row[0].Missed = i + 1
		for j, g := range got {
			best := diagonal
			if w != g {
				best.Substituted++
			}
			if up := row[j+1]; up.Edits()+1 < best.Edits() {
				best = up
				best.Missed++
			}
			if left := row[j]; left.Edits()+1 < best.Edits() {
				best = left
				best.Invented++
			}
			diagonal, row[j+1] = row[j+1], best
		}
	}
	s := row[len(got)]
	s.Units, s.Clips = len(want), 1
	return s
}
