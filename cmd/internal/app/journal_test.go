package app

import (
	"fmt"
	"strings"
	"testing"

	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
)

// TestDamagesInWords: every damage has a sentence in each language that names the
// place, and says what to do.
func TestDamagesInWords(t *testing.T) {
	for _, d := range []journal.Damage{
		journal.Misplaced, journal.Unchained, journal.Changed, journal.Unsealed, journal.Missing, journal.CutOff,
		journal.RolledBack, journal.Replaced, journal.Forked, journal.Added, journal.Unreadable, journal.NoJournal,
		journal.BadLayout, journal.HeadGone, journal.HeadDamaged, journal.SealGone, journal.SealDamaged,
	} {
		a := &journal.Altered{Damage: d, Seq: 41, To: 42, Kind: "decided", File: "/x/journal.seal"}
		for _, lang := range []string{"en", "ko"} {
			t.Setenv("LC_ALL", lang)
			got := InWords(fmt.Errorf("open: %w", a)).Error()
			if strings.ContainsAny(got, "[]{}") || strings.Contains(got, "\n") || !strings.Contains(got, "deputy log repair") {
				t.Errorf("%s %s: got %q, want one whole sentence with what to do", lang, d, got)
			}
			if strings.Contains(a.Place(), "41") && !strings.Contains(got, "41") {
				t.Errorf("%s %s: got %q, want the event named", lang, d, got)
			}
		}
		if a.Place() == (&journal.Altered{}).Place() {
			t.Errorf("%s has no text in package journal", d)
		}
	}
	t.Setenv("LC_ALL", "en")
	if got := InWords(fmt.Errorf("open: %w", sqlite.ErrHalfRepaired)).Error(); !strings.Contains(got, "deputy log repair") {
		t.Errorf("got %q, want what to do", got)
	}
}
