package agent

import (
	"encoding/json"
	"slices"
	"testing"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/state"
)

// bare is a state as it is written, without its texts.
func bare(t *testing.T, s state.State) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(written(t, s), &fields); err != nil {
		t.Fatal(err)
	}
	for _, task := range fields["Tasks"].(map[string]any) {
		for _, text := range []string{"Orders", "Report", "Messages", "Files", "Trusted", "Calls", "Stranger", "Source"} { // of use for an hour
			delete(task.(map[string]any), text)
		}
	}
	event.Erase(fields)
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestErasedTextIsFolded: without its texts a journal comes to the same, in each
// schema, and nothing of them is left.
func TestErasedTextIsFolded(t *testing.T) {
	for name, events := range map[string][]journal.Event{"a day": busyDay(t), "a journal of schema 1": readLines(t, goldenJournal(1))} {
		t.Run(name, func(t *testing.T) {
			left := slices.Clone(events)
			erased := 0
			for i, e := range left {
				body := event.WithoutText(e)
				if body == nil {
					continue
				}
				erased++
				if left[i].Body = body; event.WithoutText(left[i]) != nil {
					t.Errorf("%s: it is not erased at once: %s", e.Kind, body)
				}
				if event.SchemaOf(body) != event.SchemaOf(e.Body) {
					t.Errorf("%s: got schema %d, want %d", e.Kind, event.SchemaOf(body), event.SchemaOf(e.Body))
				}
			}
			if erased < len(events)/4 {
				t.Errorf("got %d of %d events erased, want more", erased, len(events))
			}
			if got, want := bare(t, folded(t, left, state.Empty())), bare(t, folded(t, events, state.Empty())); got != want {
				i := 0
				for got[i] == want[i] {
					i++
				}
				t.Errorf("got ...%s...\nwant ...%s...", got[max(0, i-200):min(len(got), i+200)], want[max(0, i-200):min(len(want), i+200)])
			}
		})
	}
}
