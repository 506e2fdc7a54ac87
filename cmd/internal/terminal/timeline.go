package terminal

import (
	"fmt"
	"io"

	"deputy/agent/readback"
	"deputy/agent/timing"
	"deputy/cmd/internal/control"
)

// PrintTiming prints the timelines of a task's turns: the time since the turn
// began, the time since the line before, and what happened.
func PrintTiming(w io.Writer, p readback.Phrases, language string, turns []timing.Turn) {
	for _, t := range turns {
		fmt.Fprintf(w, "    %s\n", p.Phrase(language, "timing.kind_"+string(t.Kind), nil))
		began := t.Began()
		before := began
		for _, m := range t.Marks() {
			of := ""
			if m.Of != "" {
				of = " (" + control.Printable(m.Of) + ")"
			}
			fmt.Fprintf(w, "    %9.3fs %+9.3fs  %s%s\n", m.At.Sub(began).Seconds(), m.At.Sub(before).Seconds(),
				p.Phrase(language, "timing."+m.Name, nil), of)
			before = m.At
		}
	}
}
