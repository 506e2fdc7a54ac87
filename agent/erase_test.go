package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"deputy/agent/journal"
	"deputy/agent/policy"
)

// bare is a state as it is written, without its texts.
func bare(t *testing.T, s State) string {
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
	erase(fields)
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
				body := withoutText(e)
				if body == nil {
					continue
				}
				erased++
				if left[i].Body = body; withoutText(left[i]) != nil {
					t.Errorf("%s: it is not erased at once: %s", e.Kind, body)
				}
				if schemaOf(body) != schemaOf(e.Body) {
					t.Errorf("%s: got schema %d, want %d", e.Kind, schemaOf(body), schemaOf(e.Body))
				}
			}
			if erased < len(events)/4 {
				t.Errorf("got %d of %d events erased, want more", erased, len(events))
			}
			if got, want := bare(t, folded(t, left, unborn())), bare(t, folded(t, events, unborn())); got != want {
				i := 0
				for got[i] == want[i] {
					i++
				}
				t.Errorf("got ...%s...\nwant ...%s...", got[max(0, i-200):min(len(got), i+200)], want[max(0, i-200):min(len(want), i+200)])
			}
		})
	}
}

// TestWithoutText: what was said, written and read goes; who decided, on what
// evidence, and where strangers had a part stays.
func TestWithoutText(t *testing.T) {
	for _, b := range []Body{
		Heard{Text: "secret", Language: "en", Confidence: 0.9, Audio: "abc"},
		Replied{Task: "t1", Turn: 1, Text: "secret", Calls: []Call{{ID: "c1", Tool: "send_mail", Args: json.RawMessage(`{"body":"secret"}`)}}},
		Intended{Task: "t1", Call: "c1", Key: "abc", Tool: "send_mail", Target: "secret", Args: json.RawMessage(`{"body":"secret"}`), Values: map[string]string{"body": "secret"}, Summary: "secret", Rule: "abc"},
		Ended{Task: "t1", Key: "abc", Text: "secret", Err: "secret", Undo: json.RawMessage(`{"added":"secret"}`), Remind: &Reminder{Text: "secret"}},
		Decided{Task: "t1", Ask: "a1", Key: "abc", Approve: true, By: "voice", Why: "abc", Rest: "secret"},
		TaskOpened{Task: "t1", Order: "secret", Prompt: "secret", Language: "en"},
		Posing{Task: "t1", Ask: "a1", Line: "l1", Text: "secret", Code: "abc"},
	} {
		e, err := encode(Event{Body: b})
		if err != nil {
			t.Fatal(err)
		}
		left := string(withoutText(e))
		if strings.Contains(left, "secret") || !strings.Contains(left, "abc") && strings.Contains(string(e.Body), "abc") {
			t.Errorf("%s: got %s, want no secret and all else", e.Kind, left)
		}
	}
}

// TestStainsAreBounded: of very many stained files the oldest are known by their
// folders, and none of them is ever taken for clean.
func TestStainsAreBounded(t *testing.T) {
	s := Stains{}
	name := func(i int) string { return fmt.Sprintf("notes/n%d/f%d.md", i%50, i) }
	const many = 5 * maxStains
	for i := range many {
		s.add(&Effect{Intended: Intended{Key: fmt.Sprint(i), Target: name(i), Taint: []policy.Taint{{Source: "evil"}}}})
		if len(s) > maxStains {
			t.Fatalf("got %d targets after %d, want at most %d", len(s), i+1, maxStains)
		}
	}
	for i := range many {
		if _, ok := s.in(name(i), ""); !ok {
			t.Fatalf("%s is taken for clean", name(i))
		}
		if _, ok := s.in(".", "a\n"+name(i)+":3: x"); !ok {
			t.Fatalf("%s, found by a search, is taken for clean", name(i))
		}
	}
	if _, ok := s.in("clean.md", ""); ok {
		t.Error("clean.md is taken for stained: only folders with many are")
	}
	for i := range 3 * maxStains { // each in a folder of its own
		s.add(&Effect{Intended: Intended{Key: fmt.Sprint("k", i), Target: fmt.Sprintf("d%d/f", i), Taint: []policy.Taint{{Source: "evil"}}}})
	}
	if len(s) > maxStains+4 {
		t.Errorf("got %d targets, want about %d at most", len(s), maxStains)
	}
}
