//go:build whisper

package codewords

import (
	"os"
	"strings"
	"testing"
)

// TestMeasure is the measurement of one word, in every way.
func TestMeasure(t *testing.T) {
	speech := os.Getenv("DEPUTY_SPEECH")
	if speech == "" {
		t.Skip("set DEPUTY_SPEECH to the folder of recordings to run this")
	}
	var out strings.Builder
	if err := english(t.Context(), &out, speech, "", "captain", 1); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1 of 1 words kept. In 11 cases") {
		t.Errorf("got\n%s\nwant the word kept, after it was said in 11 ways", out.String())
	}
}

// TestKorean chooses Korean words.
func TestKorean(t *testing.T) {
	var out strings.Builder
	if err := korean(&out, "", 3); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "3 of ") {
		t.Errorf("got\n%s\nwant three words kept", out.String())
	}
}
