package command

import (
	"os"
	"strings"
	"testing"

	"deputy/internal/textnorm"
)

// TestRevisions: what criticises what was just done is told from an order that names
// a thing of its own, in both languages.
func TestRevisions(t *testing.T) {
	data, err := os.ReadFile("testdata/revisions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	count := map[bool]map[bool]int{true: {}, false: {}}
	for line := range strings.Lines(string(data)) {
		is, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		count[is == "yes"][textnorm.HasHangul(text)]++
		if got := IsRevision(text); got != (is == "yes") {
			t.Errorf("%q: got revision %v, want %s", text, got, is)
		}
	}
	for is, n := range count {
		if n[true]+n[false] < 60 || n[true] < 30 || n[false] < 30 {
			t.Errorf("revision %v: got %d English and %d Korean sentences, want 60, half of them Korean", is, n[false], n[true])
		}
	}
}
