package wer

import (
	"strings"
	"testing"

	"deputy/cmd/deputy-lab/internal/recordings"
)

func TestTableLeavesOutWhatWasNotTranscribed(t *testing.T) {
	clips := []recordings.Clip{{Folder: "f", File: "a.wav", Lang: "en", Reference: "one two"}, {Folder: "f", File: "b.wav", Lang: "en", Reference: "three four"}}
	var out strings.Builder
	if err := printTable(&out, clips, map[string]string{"f/a.wav": "one too"}); err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(strings.Split(out.String(), "\n")[2])
	if got, want := strings.Join(fields, " "), "| f (en) | 1 | 1 | 2 | 1 | 0 | 0 | 50.0 % |"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
