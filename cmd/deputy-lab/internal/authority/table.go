package authority

import (
	"fmt"
	"io"
	"strings"

	"deputy/agent/consent"
)

// print writes both tables.
func (m *measurer) print(w io.Writer, casts []cast) {
	fmt.Fprint(w, "| voices | said | ask | key |")
	for _, snr := range levels {
		if snr == 0 {
			fmt.Fprint(w, " clean |")
			continue
		}
		fmt.Fprintf(w, " %g dB |", snr)
	}
	fmt.Fprintf(w, "\n|---|---|---|---%s|\n", strings.Repeat("|---:", len(levels)))
	for _, c := range casts {
		for _, k := range script[c.lang] {
			for _, key := range []bool{false, true} {
				if !key || k.want == consent.Approve { // a denial needs no evidence
					m.row(w, c, k, key)
				}
			}
		}
	}
	fmt.Fprintln(w, "\n| no approval, by | ask | readings | passed for an approval |\n|---|---|---:|---:|")
	var passed []string
	for _, c := range casts {
		for level := 2; level <= 4; level++ {
			if at := (caseKey{c.name, level}); m.tried[at] > 0 {
				fmt.Fprintf(w, "| %s | L%d | %d | %d |\n", c.name, level, m.tried[at], len(m.passed[at]))
				passed = append(passed, m.passed[at]...)
			}
		}
	}
	for _, what := range passed {
		fmt.Fprintf(w, "\nPassed: %s\n", what)
	}
}

// row is one kind of decision by one cast: understood at the first try, and by
// the second.
func (m *measurer) row(w io.Writer, c cast, k kind, key bool) {
	held := map[bool]string{false: "-", true: "held"}[key]
	var b strings.Builder
	n := 0
	for _, snr := range levels {
		got := m.cells[cellKey{c.name, k.name, k.level, key, snr}]
		if got == nil {
			return
		}
		n = got.said
		fmt.Fprintf(&b, " %.0f / %.0f %% |", 100*float64(got.first)/float64(got.said), 100*float64(got.second)/float64(got.said))
	}
	fmt.Fprintf(w, "| %s | %s (%d) | L%d | %s |%s\n", c.name, k.name, n, k.level, held, b.String())
}
