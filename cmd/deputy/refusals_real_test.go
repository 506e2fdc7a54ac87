//go:build portaudio && whisper

package main

import (
	"encoding/json"
	"testing"
)

// TestRefusalsOfRealPeople: five people say stop and five no, to an ask and in the
// grace of a decided effect, through voice detector, whisper, filter and desk.
// Whatever was written down as a refusal is one, and no effect begins behind a word
// that began in time, whatever was written down.
func TestRefusalsOfRealPeople(t *testing.T) {
	t.Parallel() // it mostly plays
	var r stopReport
	out := trial(t, "--json", "trial", "stop", "--words", "stop,no", "--moments", momentAsk+","+momentEarly+","+momentSpoken, "--rooms", "1")
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, run := range r {
		switch {
		case run.Outcome == "nothing" || run.lost() || run.escaped():
			t.Errorf("%s, %s: %q came to %s (ran: %v)", run.Moment, run.File, run.Text, run.Outcome, run.Ran)
		case run.Refuses:
			refused++
		}
	}
	if len(r) != 30 || refused < 15 {
		t.Errorf("got %d words, %d of them understood, want 30, most of them", len(r), refused)
	}
}
