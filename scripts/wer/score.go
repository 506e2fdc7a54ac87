package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

// score counts units (words in English, characters in Korean) and the edits between what was said and what was written.
type score struct {
	clips, absent                 int // recordings scored; recordings without a transcript, which are left out of the rate
	units                         int
	substituted, missed, invented int
}

func (s *score) add(o score) {
	s.clips += o.clips
	s.absent += o.absent
	s.units += o.units
	s.substituted += o.substituted
	s.missed += o.missed
	s.invented += o.invented
}

// rate is the error rate in percent; what is invented where nothing is said has no rate.
func (s score) rate() string {
	if s.units == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(s.substituted+s.missed+s.invented)/float64(s.units))
}

// units cuts a text into what is counted. Case and punctuation don't count, numbers stay as they are written; English loses
// its apostrophes and is cut at hyphens, Korean loses its spaces, since the references space morphemes and not words.
func units(lang, text string) []string {
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

// compare counts the fewest edits that make want out of got, by the table of Wagner and Fischer.
func compare(want, got []string) score {
	row := make([]score, len(got)+1)
	for j := range row {
		row[j].invented = j
	}
	cost := func(s score) int { return s.substituted + s.missed + s.invented }
	for i, w := range want {
		diagonal := row[0]
		row[0].missed = i + 1
		for j, g := range got {
			best := diagonal
			if w != g {
				best.substituted++
			}
			if up := row[j+1]; cost(up)+1 < cost(best) {
				best = up
				best.missed++
			}
			if left := row[j]; cost(left)+1 < cost(best) {
				best = left
				best.invented++
			}
			diagonal, row[j+1] = row[j+1], best
		}
	}
	s := row[len(got)]
	s.units, s.clips = len(want), 1
	return s
}

// printTable scores every clip and prints a Markdown table: a row a folder and language, then the totals.
func printTable(out io.Writer, clips []clip, said map[string]string) error {
	const (
		english   = "**all** (en)"
		sentences = "**all of two words or more** (en)"
		korean    = "**all** (ko)"
	)
	scores := map[string]*score{}
	var rows []string
	count := func(row string, s score) {
		if scores[row] == nil {
			scores[row] = &score{}
			rows = append(rows, row)
		}
		scores[row].add(s)
	}
	for _, c := range clips {
		want := units(c.lang, c.reference)
		s := score{absent: 1}
		if text, ok := said[c.key()]; ok {
			s = compare(want, units(c.lang, text))
		}
		count(c.folder+" ("+c.lang+")", s)
		if c.lang == "ko" {
			count(korean, s)
			continue
		}
		count(english, s)
		if len(want) > 1 {
			count(sentences, s)
		}
	}
	slices.SortStableFunc(rows, func(a, b string) int {
		return strings.Compare(strings.ReplaceAll(a, "*", "~"), strings.ReplaceAll(b, "*", "~"))
	})
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| recordings\t| clips\t| not transcribed\t| words (en) or characters (ko)\t| substituted\t| missed\t| invented\t| error rate\t|")
	fmt.Fprintln(w, "|---\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|")
	for _, row := range rows {
		s := scores[row]
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %d\t| %d\t| %d\t| %d\t| %s\t|\n", row, s.clips, s.absent, s.units, s.substituted, s.missed, s.invented, s.rate())
	}
	return w.Flush()
}
