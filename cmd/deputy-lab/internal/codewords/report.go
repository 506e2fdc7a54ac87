package codewords

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// confusions lists what was heard in a word's place, the most frequent first.
func (w *word) confusions() string {
	keys := slices.SortedFunc(maps.Keys(w.heard), func(a, b string) int {
		return cmp.Or(w.heard[b]-w.heard[a], strings.Compare(a, b))
	})
	for i, k := range keys {
		if n := w.heard[k]; n > 1 {
			keys[i] = fmt.Sprintf("%s (%d)", k, n)
		}
	}
	return strings.Join(keys, ", ")
}

// tableOf is every candidate, tab-separated.
func tableOf(ws []*word) string {
	var b strings.Builder
	b.WriteString("word\tkept\tright\tsaid\tapproved\tround\twhy not\tpasses for\theard instead\n")
	for _, w := range ws {
		fmt.Fprintf(&b, "%s\t%v\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", w.text, w.why == "", w.right, w.said, w.approved, w.round, w.why, strings.Join(slices.Sorted(maps.Keys(w.passes)), " "), w.confusions())
	}
	return b.String()
}

// printEnglish writes the kept words and, by their reasons, the others in
// Markdown.
func printEnglish(w io.Writer, all []*word, rs []round) {
	kept := slices.DeleteFunc(slices.Clone(all), func(x *word) bool { return x.why != "" })
	right, said, approved, espeak := 0, 0, 0, 0
	for _, k := range kept {
		right, said, approved, espeak = right+k.right, said+k.said, approved+k.approved, espeak+k.espeak
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(max(said, 1)) }
	fmt.Fprintf(w, "%d of %d words kept. In %d cases the word came back right in %d (%.1f %%), the whole answer was understood in %d (%.1f %%).",
		len(kept), len(all), said, right, share(right), approved, share(approved))
	if len(rs) > 0 {
		fmt.Fprintf(w, " By espeak-ng's voices the answer was understood in %d of %d.", espeak, len(kept)*len(rs[len(rs)-1].says))
	}
	fmt.Fprint(w, "\n\n")
	fmt.Fprintln(w, "| word | right | approved | of | heard instead | nearest kept word, by sound |\n|---|---:|---:|---:|---|---|")
	for _, k := range kept {
		nearest, least := "", 2.0
		for _, o := range kept {
			if d := distance(phones(k.text), phones(o.text), alikePhones); o != k && d < least {
				nearest, least = o.text, d
			}
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %s | %s (%.2f) |\n", k.text, k.right, k.approved, k.said, k.confusions(), nearest, least)
	}
	fmt.Fprintln(w, "\n| not kept | right | of | why | heard instead |\n|---|---:|---:|---|---|")
	for _, x := range slices.SortedStableFunc(slices.Values(all), func(a, b *word) int { return cmp.Or(b.round-a.round, strings.Compare(a.text, b.text)) }) {
		if x.why != "" {
			fmt.Fprintf(w, "| %s | %d | %d | %s | %s |\n", x.text, x.right, x.said, x.why, x.confusions())
		}
	}
	if len(rs) == 0 {
		return
	}
	fmt.Fprintln(w, "\n| round | spoken by | words |\n|---:|---|---:|")
	for i, r := range rs {
		n := 0
		for _, x := range all {
			if x.round > i {
				n++
			}
		}
		for _, s := range r.says {
			fmt.Fprintf(w, "| %d | %v | %d |\n", i+1, s, n)
		}
	}
}
