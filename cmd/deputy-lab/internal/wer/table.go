package wer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/deputy-lab/internal/score"
)

// printTable scores every clip and prints a Markdown table: a row a folder and language, then the totals.
func printTable(out io.Writer, clips []recordings.Clip, said map[string]string) error {
	const (
		english   = "**all** (en)"
		sentences = "**all of two words or more** (en)"
		korean    = "**all** (ko)"
	)
	scores := map[string]*score.Score{}
	var rows []string
	count := func(row string, s score.Score) {
		if scores[row] == nil {
			scores[row] = &score.Score{}
			rows = append(rows, row)
		}
		scores[row].Add(s)
	}
	for _, c := range clips {
		want := score.Units(c.Lang, c.Reference)
		s := score.Score{Absent: 1}
		if text, ok := said[c.Key()]; ok {
			s = score.Compare(want, score.Units(c.Lang, text))
		}
		count(c.Folder+" ("+c.Lang+")", s)
		if c.Lang == "ko" {
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
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %d\t| %d\t| %d\t| %d\t| %s\t|\n", row, s.Clips, s.Absent, s.Units, s.Substituted, s.Missed, s.Invented, s.Rate())
	}
	return w.Flush()
}
