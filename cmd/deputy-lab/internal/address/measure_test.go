//go:build whisper

package address

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMeasure is both measurements on a few seconds: one voice is heard to call, and
// what other people say calls nobody.
func TestMeasure(t *testing.T) {
	speech := os.Getenv("DEPUTY_SPEECH")
	if speech == "" {
		t.Skip("set DEPUTY_SPEECH to the folder of recordings to run this")
	}
	table := filepath.Join(t.TempDir(), "heard.tsv")
	var out strings.Builder
	if err := measure(t.Context(), &out, "names", speech, table, 40); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| Piper | 1 | 1 | 1 | 0 % |") {
		t.Errorf("got\n%s\nwant the one order of Piper's to be heard with its name", out.String())
	}
	out.Reset()
	if err := measure(t.Context(), &out, "talk", speech, table, 150); err != nil {
		t.Fatal(err)
	}
	orders := 0
	for line := range strings.SplitSeq(strings.TrimSpace(out.String()), "\n") {
		if cells := strings.Split(line, " | "); strings.HasPrefix(cells[len(cells)-1], "0 |") {
			orders++
		}
	}
	if lines := strings.Count(out.String(), "\n"); orders != lines-2 || lines < 5 {
		t.Errorf("got\n%s\nwant no talk to be an order", out.String())
	}
}
