package control

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"deputy/internal/textnorm"
)

// Printable takes out what could drive the terminal: text may come from strangers.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), textnorm.Hidden(r):
			return -1
		}
		return r
	}, s)
}

// Whole writes everything that is frozen in a decision, nothing cut off: what
// could not be said in full is approved by whoever has read it here.
func (r AskRow) Whole(w io.Writer) {
	fmt.Fprintf(w, "%s  %s  %s  %s\n%s\n", r.ID, r.Level, r.Tool, r.Asked.Local().Format("2006-01-02 15:04"), Printable(r.Text))
	for _, name := range slices.Sorted(maps.Keys(r.Args)) {
		from := ""
		if source, tainted := r.Taint[name]; tainted {
			from = " [!] " + Printable(source)
		}
		fmt.Fprintf(w, "%s:%s\n", name, from)
		for line := range strings.Lines(r.Args[name]) {
			fmt.Fprintf(w, "    %s\n", Printable(strings.TrimRight(line, "\r\n")))
		}
	}
}
