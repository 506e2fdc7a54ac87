//go:build portaudio && whisper

package stops

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"deputy/cmd/internal/cmdtest"
)

// stops runs the trial and gives what it prints.
func stops(t *testing.T, args ...string) (runs stopReport) {
	t.Helper()
	cmdtest.Recordings(t, "single_words") // skips where there are none
	var out bytes.Buffer
	c := Command()
	c.SetOut(&out)
	c.SetArgs(append(args, "--json"))
	if err := errors.Join(c.ExecuteContext(t.Context()), json.Unmarshal(out.Bytes(), &runs)); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return runs
}

// TestTrialStop is the trial of spoken stops on a few recordings of people, while
// an ask stands and at the end of a grace. What was written down is never lost.
func TestTrialStop(t *testing.T) {
	t.Parallel() // it mostly plays
	runs := stops(t, "--words", "stop,no", "--most", "2", "--moments", momentAsk+","+momentLate, "--rooms", "4")
	if len(runs) != 8 {
		t.Errorf("got %d runs, want two words by two people at two moments", len(runs))
	}
	refusals := 0
	for _, r := range runs {
		if r.Refuses {
			refusals++
		}
		if r.escaped() {
			t.Errorf("the effect ran although %q began in time: %+v", r.Word, r)
		}
	}
	if refusals < 4 {
		t.Errorf("only %d of 8 were written down as refusals: %+v", refusals, runs)
	}
}

// TestRefusalsOfRealPeople: five people say stop and five no, to an ask and in the
// grace of a decided effect, through voice detector, whisper, filter and desk.
// Whatever was written down as a refusal is one, and no effect begins behind a word
// that began in time, whatever was written down.
func TestRefusalsOfRealPeople(t *testing.T) {
	t.Parallel() // it mostly plays
	r := stops(t, "--words", "stop,no", "--moments", momentAsk+","+momentEarly+","+momentSpoken, "--rooms", "3")
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
