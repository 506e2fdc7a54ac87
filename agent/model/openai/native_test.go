package openai

import (
	"errors"
	"strings"
	"testing"

	"deputy/agent/model"
)

func TestOpening(t *testing.T) {
	for _, tt := range []struct {
		name, in   string
		shown, end string // what comes at once and what is held to the end
	}{
		{"words", "Done. {x}", "Done. {x}", ""},
		{"leading space", "\n\nDone.", "Done.", ""},
		{"thinking", "<think>\nhm </thin k> {</think>\n\nDone.", "Done.", ""},
		{"thinking that never ends", "<think>and on", "", ""},
		{"two thoughts", "<think>a</think><think>b</think>Done.", "Done.", ""},
		{"a tag that is none", "<thin ice", "<thin ice", ""},
		{"a code block", "```json\n{}\n```", "", "```json\n{}\n```"},
		{"inline code", "`ls` lists.", "`ls` lists.", ""},
		{"an object", `{"name":1}`, "", `{"name":1}`},
		{"less than", "<3", "<3", ""},
		{"a backtick", "`", "", "`"},
		{"nothing", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n := 1; n <= len(tt.in)+1; n++ {
				var o opening
				var shown strings.Builder
				for s := tt.in; len(s) > 0; {
					k := min(n, len(s))
					shown.WriteString(o.take(s[:k]))
					s = s[k:]
				}
				if end := o.finish(); shown.String() != tt.shown || end != tt.end {
					t.Fatalf("pieces of %d: got %q and %q, want %q and %q", n, shown.String(), end, tt.shown, tt.end)
				}
			}
		})
	}
}

func TestNativeReaderWrittenCalls(t *testing.T) {
	for _, tt := range []struct {
		in  string
		bad bool
	}{
		{"```json\n{\"name\": \"list_files\", \"arguments\": {\"path\": \".\"}}\n```", true},
		{`{"tool":"list_files","args":{}}`, true},
		{`{"type":"function","function":{"name":"delete_file","arguments":"{}"}}`, true},
		{"<tool_call>\n{\"name\":\"delete_file\",\"arguments\":{\"path\":\"a\"}}\n</tool_call>", true},
		{"<tool_call>\n{\"name\":\"delete_file\", broken", true},
		{"```go\nfmt.Println()\n```", false},
		{`{"name":"Kim","age":3}`, false},
		{"{ is a brace", false},
		{"", true},
		{"<think>nothing to say</think>", true},
	} {
		r := nativeReader{tools: deskTools()}
		text, err := r.take(&delta{Content: tt.in})
		if err != nil {
			t.Fatal(err)
		}
		rest, calls, err := r.finish()
		if tt.bad {
			if !errors.Is(err, model.ErrMalformed) || text != "" || len(calls) > 0 {
				t.Errorf("%q: got %q, %v, %v, want a malformed error and nothing else", tt.in, text, calls, err)
			}
			continue
		}
		if err != nil || text+rest != tt.in {
			t.Errorf("%q: got %q and %v, want the text as it is", tt.in, text+rest, err)
		}
	}
}
