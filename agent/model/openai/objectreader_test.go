package openai

import (
	"errors"
	"strings"
	"testing"

	"deputy/agent/model"
)

func TestObjectReader(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		text     string
		tool     string
		args     string
		wrong    string // part of the malformed error
	}{
		{name: "reply", in: `{"tool":"reply","args":{"text":"Hello."}}`, text: "Hello."},
		{name: "reply with args first", in: `{"args":{"text":"Hello."},"tool":"reply"}`, text: "Hello."},
		{name: "call", in: `{"tool":"read_file","args":{"path": "a.txt"}}`, tool: "read_file", args: `{"path":"a.txt"}`},
		{name: "call without args", in: `{"tool":"list_files"}`, tool: "list_files", args: `{}`},
		{name: "null args", in: `{"tool":"list_files","args":null}`, tool: "list_files", args: `{}`},
		{name: "in a code block", in: "```json\n{\"tool\":\"read_file\",\"args\":{\"path\":\"a\"}}\n```", tool: "read_file", args: `{"path":"a"}`},
		{name: "unknown tool", in: `{"tool":"format_disk","args":{}}`, wrong: `there is no tool "format_disk"; the tools are list_files`},
		{name: "no tool", in: `{"args":{}}`, wrong: "names no tool"},
		{name: "tool is a number", in: `{"tool":1,"args":{}}`, wrong: "names no tool"},
		{name: "args are a list", in: `{"tool":"read_file","args":["a"]}`, wrong: "not a JSON object"},
		{name: "args are a string", in: `{"tool":"read_file","args":"{}"}`, wrong: "not a JSON object"},
		{name: "tool twice", in: `{"tool":"reply","args":{"text":"ok"},"tool":"delete_file"}`, wrong: `"tool" is given twice`},
		{name: "tool twice in other letters", in: `{"tool":"list_files","args":{},"Tool":"delete_file"}`, wrong: "given twice"},
		{name: "path twice", in: `{"tool":"delete_file","args":{"path":"a","path":"b"}}`, wrong: `"path" is given twice`},
		{name: "text twice", in: `{"tool":"reply","args":{"text":"a","text":"b"}}`, wrong: "twice"},
		{name: "cut", in: `{"tool":"delete_file","args":{"path":"a"}`, wrong: "not valid JSON"},
		{name: "two objects", in: `{"tool":"list_files","args":{}}{"tool":"delete_file","args":{"path":"a"}}`, wrong: "something follows"},
		{name: "plain words", in: "I will list the files.", wrong: "not a JSON object"},
		{name: "a list", in: `["reply"]`, wrong: "not a JSON object"},
		{name: "nothing", in: " \n ", wrong: "empty"},
		{name: "empty reply", in: `{"tool":"reply","args":{"text":" "}}`, wrong: "empty"},
		{name: "reply without text", in: `{"tool":"reply","args":{}}`, wrong: "needs the argument text"},
		{name: "reply of a number", in: `{"tool":"reply","args":{"text":7}}`, wrong: "needs the argument text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n := 1; n <= len(tt.in); n += 1 + n/4 {
				r := objectReader{tools: deskTools()}
				var text strings.Builder
				for s := tt.in; len(s) > 0; {
					k := min(n, len(s))
					piece, err := r.take(&delta{Content: s[:k]})
					if err != nil {
						t.Fatal(err)
					}
					text.WriteString(piece)
					s = s[k:]
				}
				rest, calls, err := r.finish()
				if tt.wrong != "" {
					if !errors.Is(err, model.ErrMalformed) || !strings.Contains(err.Error(), tt.wrong) || len(calls) > 0 {
						t.Fatalf("got %v and calls %v, want a malformed error with %q and no call", err, calls, tt.wrong)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := text.String() + rest; got != tt.text {
					t.Errorf("got text %q, want %q", got, tt.text)
				}
				switch {
				case tt.tool == "" && len(calls) > 0:
					t.Errorf("got calls %v, want none", calls)
				case tt.tool != "" && (len(calls) != 1 || calls[0].Tool != tt.tool || string(calls[0].Args) != tt.args || calls[0].ID == ""):
					t.Errorf("got calls %v, want %s %s", calls, tt.tool, tt.args)
				}
			}
		})
	}
}

func TestObjectReaderLimit(t *testing.T) {
	r := objectReader{tools: deskTools()}
	var err error
	for range maxReply/1000 + 2 {
		if _, err = r.take(&delta{Content: strings.Repeat("x", 1000)}); err != nil {
			break
		}
	}
	if !errors.Is(err, model.ErrMalformed) {
		t.Errorf("got %v for an endless object, want malformed", err)
	}
}
