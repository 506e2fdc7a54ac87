package terminal

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/cmd/internal/control"
	"deputy/configs/phrases"
)

// hostile is text that would take over a terminal, or turn a line around.
const hostile = "a\x1b[2Jb\x1b]0;owned\x07c\r\nd\x00\x7f\u009b31m\u202ee\u2066f\u200bg\ufeff"

// everyEvent is one event of each kind, full of s.
func everyEvent(s string) []event.Body {
	return []event.Body{
		event.Heard{Text: s, Language: s, Typed: true}, event.Heard{Text: s, Language: s, Confidence: 0.5}, event.Heard{Text: s, Ignored: s},
		event.TaskOpened{Task: s, Order: s}, event.TaskRevised{Task: s, Order: s}, event.Notified{Text: s},
		event.Replied{Text: s, Calls: []model.Call{{Tool: s, Args: json.RawMessage(s)}}}, event.Replied{Err: s},
		event.Refused{Text: s}, event.Intended{Summary: s, Rule: s, Level: policy.Commit}, event.AskPresented{Ask: s, Text: s},
		event.AskDelivered{Ask: s}, event.AskDeferred{Ask: s, Why: s}, event.Decided{Ask: s, By: s, Why: s}, event.Decided{Ask: s, Approve: true},
		event.Started{Key: s}, event.Ended{Key: s, Text: s}, event.Ended{Key: s, Err: s}, event.Ended{Key: s, Err: s, Unknown: true},
		event.Undone{Text: s}, event.Undone{Err: s}, event.Reminded{Key: s},
		event.TaskClosed{Task: s, Status: event.Done, Text: s}, event.TaskClosed{Task: s, Status: event.Failed, Text: s},
		event.TaskClosed{Task: s, Status: event.Cancelled, Text: s},
	}
}

// TestScreenCannotBeDriven: nothing that a stranger wrote reaches the terminal as
// anything but text, and one event is one line.
func TestScreenCannotBeDriven(t *testing.T) {
	for _, language := range []string{"en", "ko"} {
		for _, b := range everyEvent(hostile) {
			var out strings.Builder
			NewScreen(&out, phrases.Embedded(), language, false).Event(event.Event{Body: b})
			text := strings.TrimSuffix(out.String(), "\n")
			if text == out.String() || strings.Contains(text, "\n") {
				t.Errorf("%T: got %q, want one line", b, out.String())
			}
			for _, r := range text {
				if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
					t.Errorf("%T: got %U in %q", b, r, text)
				}
			}
		}
	}
}

// TestScreenSpeaksItsLanguage: every line has a label, in the owner's language.
func TestScreenSpeaksItsLanguage(t *testing.T) {
	for _, b := range everyEvent("x") {
		lines := map[string]string{}
		for _, language := range []string{"en", "ko"} {
			var out strings.Builder
			NewScreen(&out, phrases.Embedded(), language, false).Event(event.Event{Body: b})
			lines[language] = out.String()
			if strings.Contains(out.String(), "screen.") {
				t.Errorf("%T: got %q, want a word", b, out.String())
			}
		}
		if !strings.ContainsFunc(lines["ko"], func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
			t.Errorf("%T: got %q in Korean", b, lines["ko"])
		}
		if strings.ContainsFunc(lines["en"], func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
			t.Errorf("%T: got %q in English", b, lines["en"])
		}
	}
}

func TestScreenPassesPassingNewsBy(t *testing.T) {
	var out strings.Builder
	s := NewScreen(&out, phrases.Embedded(), "en", true)
	for _, b := range []event.Body{event.Opened{}, event.Sentence{Text: "x"}, event.Spoken{}, event.Speaking{}, event.TimerFired{}} {
		s.Event(event.Event{Body: b})
	}
	if out.Len() > 0 {
		t.Errorf("got %q, want nothing", out.String())
	}
	s.Event(event.Event{Body: event.Heard{Text: "hello", Typed: true}})
	if !strings.Contains(out.String(), "\x1b[36mheard\x1b[0m") {
		t.Errorf("got %q, want a coloured label", out.String())
	}
}

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "한글": 4, "a한": 3} {
		if got := columns(s); got != want {
			t.Errorf("columns(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range control.Printable(s) {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("control.Printable(%q) holds %U", s, r)
			}
		}
	})
}
