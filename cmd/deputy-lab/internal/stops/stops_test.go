package stops

import (
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/cmd/internal/listen"
)

// TestStopOutcome: what the events say of a word, and when it is lost or has not
// held an effect.
func TestStopOutcome(t *testing.T) {
	again := event.AskPresented{Ask: "a1"}
	for _, c := range []struct {
		moment, text string
		ran          bool
		events       []event.Body
		want         string
		lost, ranOn  bool
	}{
		{momentAsk, "Stop.", false, []event.Body{event.Decided{By: "voice"}}, "refused", false, false},
		{momentAsk, "Stop.", false, []event.Body{again}, "asked again", true, false},
		{momentAsk, "Star", false, []event.Body{again}, "asked again", false, false},
		{momentAsk, "Stop.", false, nil, "nothing", true, false},
		{momentAsk, "Wait.", false, []event.Body{event.AskDeferred{}, again}, "put off", false, false},
		{momentAsk, "Yes.", false, []event.Body{event.Decided{Approve: true}}, "approved", false, false},
		{momentEarly, "Stop.", false, []event.Body{event.Retracted{}}, "stopped", false, false},
		{momentEarly, "Star", false, []event.Body{event.Notified{}}, "asked again", false, false},
		{momentEarly, "Star", false, nil, "held", false, false},
		{momentLate, "Star", true, nil, "nothing", false, true},
		{momentLate, "Stop.", true, nil, "nothing", true, true},
		{momentReport, "Stop.", false, []event.Body{event.Spoken{}}, "hushed", false, false},
		{momentReport, "Stop.", false, []event.Body{event.Spoken{Whole: true}}, "nothing", true, false},
		{momentReport, "This stop.", false, []event.Body{event.Spoken{Whole: true}}, "nothing", false, false},
		{momentNote, "Stop.", false, []event.Body{event.TaskClosed{}}, "note closed", false, false},
		{momentNote, "No.", false, []event.Body{event.Dictated{}}, "in the note", false, false},
	} {
		r := &stopRoom{heard: []listen.Recognition{{}}}
		r.heard[0].Transcript.Text, r.heard[0].Transcript.Language = c.text, "en"
		if c.ran {
			c.events = append(c.events, event.Started{})
		}
		for _, b := range c.events {
			r.observe(event.Event{At: time.Now(), Body: b})
		}
		run := stopRun{Moment: c.moment, Word: "stop", InTime: true}
		r.tell(&run)
		if run.Outcome != c.want || run.lost() != c.lost || run.escaped() != c.ranOn {
			t.Errorf("%s, %q, %v: got %q, lost %v, ran on %v, want %q, %v, %v",
				c.moment, c.text, c.events, run.Outcome, run.lost(), run.escaped(), c.want, c.lost, c.ranOn)
		}
	}
}

func TestStopReportPrints(t *testing.T) {
	r := stopReport{
		{Moment: momentAsk, Word: "stop", Source: "people", Text: "Stop.", Refuses: true, Outcome: "refused"},
		{Moment: momentAsk, Word: "stop", Source: "people", Text: "Star", Outcome: "asked again"},
		{Moment: momentAsk, Word: "cat", Source: "people", Text: "No.", Refuses: true, Outcome: "refused"},
		{Moment: momentEarly, Word: "stop", Source: "people", Text: "Stop.", Refuses: true, Dropped: "weak", InTime: true, Ran: true, Outcome: "nothing"},
	}
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{
		"| ask stands | 2 | 1 | 0 | 1 |",
		"| ask stands, other words | 1 | 1 | 0 | 1 |",
		"| early in the grace | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 1 |",
		"| **all** | 3 | 2 | 1 |",
		"| people | stop | 2 | 1 | 1 | 0 | 0 |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("want a line that begins with %q in:\n%s", want, out.String())
		}
	}
	if !r.failed() || r[:3].failed() {
		t.Error("got the wrong verdict, want a failure for the lost stop only")
	}
}
