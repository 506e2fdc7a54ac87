package event

import (
	"encoding/json"
	"strings"
	"testing"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// TestWithoutText: what was said, written and read goes; who decided, on what
// evidence, and where strangers had a part stays.
func TestWithoutText(t *testing.T) {
	for _, b := range []Body{
		Heard{Text: "secret", Language: "en", Confidence: 0.9, Audio: "abc"},
		Replied{Task: "t1", Turn: 1, Text: "secret", Calls: []model.Call{{ID: "c1", Tool: "send_mail", Args: json.RawMessage(`{"body":"secret"}`)}}},
		Intended{Task: "t1", Call: "c1", Key: "abc", Tool: "send_mail", Target: "secret", Args: json.RawMessage(`{"body":"secret"}`), Values: map[string]string{"body": "secret"}, Summary: "secret", Rule: "abc"},
		Ended{Task: "t1", Key: "abc", Text: "secret", Err: "secret", Undo: json.RawMessage(`{"added":"secret"}`), Remind: &tool.Reminder{Text: "secret"}},
		Decided{Task: "t1", Ask: "a1", Key: "abc", Approve: true, By: "voice", Why: "abc", Rest: "secret"},
		TaskOpened{Task: "t1", Order: "secret", Prompt: "secret", Language: "en"},
		AskPresented{Task: "t1", Ask: "a1", Line: "l1", Text: "secret", Code: "abc"},
	} {
		e, err := Encode(Event{Body: b})
		if err != nil {
			t.Fatal(err)
		}
		left := string(WithoutText(e))
		if strings.Contains(left, "secret") || !strings.Contains(left, "abc") && strings.Contains(string(e.Body), "abc") {
			t.Errorf("%s: got %s, want no secret and all else", e.Kind, left)
		}
	}
}
