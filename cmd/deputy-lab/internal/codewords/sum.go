package codewords

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// sum adds the tables of earlier runs and chooses from all that they measured.
func sum(out io.Writer, tables []string, count int) error {
	var all []*word
	byText := map[string]*word{}
	for _, name := range tables {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		ws, err := parseTable(string(data))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, w := range ws {
			got := byText[w.text]
			if got == nil {
				byText[w.text], all = w, append(all, w)
				continue
			}
			got.said, got.right, got.approved, got.espeak = got.said+w.said, got.right+w.right, got.approved+w.approved, got.espeak+w.espeak
			for k, n := range w.heard {
				got.heard[k] += n
			}
			for k, n := range w.passes {
				got.passes[k] += n
			}
		}
	}
	var spoken []*word
	for _, w := range all {
		if w.why = control(w.text); w.why == "" && w.said > 0 {
			spoken = append(spoken, w)
		}
	}
	choose(spoken, count)
	printEnglish(out, all, nil)
	return nil
}

// parseTable reads what tableOf writes.
func parseTable(data string) (ws []*word, err error) {
	for i, line := range strings.Split(strings.TrimRight(data, "\n"), "\n") {
		if i == 0 {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 9 {
			return nil, fmt.Errorf("line %d: got %d columns, want 9", i+1, len(c))
		}
		w := &word{text: c[0], heard: map[string]int{}, passes: map[string]int{}}
		for j, n := range []*int{&w.right, &w.said, &w.approved, &w.round} {
			if *n, err = strconv.Atoi(c[2+j]); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		for _, other := range strings.Fields(c[7]) {
			w.passes[other]++
		}
		for h := range strings.SplitSeq(c[8], ", ") {
			n := 1
			if text, times, ok := strings.Cut(h, " ("); ok {
				if k, err := strconv.Atoi(strings.TrimSuffix(times, ")")); err == nil {
					h, n = text, k
				}
			}
			if h != "" {
				w.heard[h] += n
			}
		}
		ws = append(ws, w)
	}
	return ws, nil
}
