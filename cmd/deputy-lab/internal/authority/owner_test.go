//go:build whisper

package authority

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/cmd/internal/app"
)

// TestOwner is the measurement on a few sayings by one voice: what is plainly said
// is understood, nothing else passes for an approval, and the tables say so.
func TestOwner(t *testing.T) {
	speech := os.Getenv("DEPUTY_SPEECH")
	if speech == "" {
		t.Skip("set DEPUTY_SPEECH to the folder of recordings to run this")
	}
	m, err := newMeasurer(speech)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.close(); err != nil {
			t.Error(err)
		}
	}()
	c := cast{"Piper", "en", voices.Piper[:1]}
	codes := app.Words().CodeWords("en")
	clear := voices.Condition{}
	for n, k := range []kind{
		{"approval in so many words", 2, consent.Approve, []string{"Yes, go ahead."}, "Yes, go ahead."},
		{"go ahead + code word", 3, consent.Approve, []string{"Go ahead, {code}."}, "Go ahead, {code}."},
		{"denial", 3, consent.Deny, []string{"No, don't do it."}, "No, don't do it."},
	} {
		if err := m.try(t.Context(), c, c.voices[0], k, k.says[0], codes, n, clear); err != nil {
			t.Fatal(err)
		}
		got := m.cells[cellKey{c.name, k.name, k.level, false, 0}]
		if got == nil || got.said != 1 || got.second != 1 {
			t.Errorf("%s: got %+v, want it understood by the second try", k.name, got)
		}
	}
	if err := m.refuse(t.Context(), c, c.voices[0], codes, 0, clear); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	m.print(&out, []cast{c})
	if len(m.passed) > 0 || m.tried[caseKey{c.name, 3}] < 100 {
		t.Errorf("got %d readings and %v passed, want 100 or more and none", m.tried[caseKey{c.name, 3}], m.passed)
	}
	if want := "| Piper | L3 | "; !strings.Contains(out.String(), want) {
		t.Errorf("want %q in the tables:\n%s", want, out.String())
	}
}

// TestWords records the refusals by one voice of each engine.
func TestWords(t *testing.T) {
	dir := t.TempDir()
	if err := words(t.Context(), dir, 1); err != nil {
		t.Fatal(err)
	}
	for engine, want := range map[string]int{"piper": 3, "flite": 3, "espeak": 7} { // espeak speaks Korean too
		data, err := os.ReadFile(filepath.Join(dir, engine, "manifest.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		if len(lines) != 1+want {
			t.Errorf("%s: got %d rows, want %d:\n%s", engine, len(lines)-1, want, data)
		}
		for _, l := range lines[1:] {
			samples, err := voices.ReadFile(filepath.Join(dir, engine, strings.Split(l, "\t")[0]))
			if err != nil || len(samples) < 1000 {
				t.Errorf("%s: got %d samples, %v", l, len(samples), err)
			}
		}
	}
}
