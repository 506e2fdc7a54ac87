package openai

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"deputy/agent/model"
)

func TestReplies(t *testing.T) {
	whole := func(message, finish string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"choices":[{"index":0,"message":%s,"finish_reason":%q}]}`, message, finish)
		}
	}
	events := func(es ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { stream(w, es...) }
	}
	raw := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}
	}
	for _, tt := range []struct {
		name  string
		mode  Mode
		serve http.HandlerFunc
		text  string
		calls string // "tool args" joined by "; "
		err   error  // wrapped
		says  string // part of the error
	}{
		{name: "text", mode: Native, serve: events(content("Hel"), content("lo."), finish("stop"), done), text: "Hel|lo."},
		{name: "text, no done", mode: Native, serve: events(content("Hello."), finish("stop")), text: "Hello."},
		{name: "text, no finish", mode: Native, serve: events(content("Hello."), done), text: "Hello."},
		{name: "odd finish", mode: Native, serve: events(content("Hello."), finish("eos"), done), text: "Hello."},
		{name: "usage after the finish", mode: Native, serve: events(content("Hello."), finish("stop"), `{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}`, done), text: "Hello."},
		{name: "a second choice", mode: Native, serve: events(content("A"), `{"choices":[{"index":1,"delta":{"content":"B"}}]}`, finish("stop"), done), text: "A"},
		{name: "comments between", mode: Native, serve: raw("text/event-stream", ": ping\n\n"+"data: "+content("A")+"\n\n: ping\n\ndata: [DONE]\n\n"), text: "A"},
		{name: "no space after data, CRLF", mode: Native, serve: raw("text/event-stream", "data:"+content("A")+"\r\n\r\ndata:[DONE]\r\n\r\n"), text: "A"},
		{name: "no content type", mode: Native, serve: raw("", "data: "+content("A")+"\n\ndata: [DONE]\n\n"), text: "A"},
		{name: "reasoning is not text", mode: Native, serve: events(`{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}`, content("<think>x</think>A"), finish("stop"), done), text: "A"},
		{
			name: "text and calls", mode: Native,
			serve: events(content("Looking."), calls(`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"{\"path\":"}}]`), calls(`[{"index":0,"function":{"arguments":"\"x\"}"}}]`), finish("tool_calls"), done),
			text:  "Looking.", calls: `read_file {"path":"x"}`,
		},
		{name: "calls with finish stop", mode: Native, serve: events(calls(`[{"index":0,"id":"a","function":{"name":"list_files","arguments":"{}"}}]`), finish("stop"), done), calls: `list_files {}`},
		{name: "not streamed", mode: Native, serve: whole(`{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"list_files","arguments":"{}"}}]}`, "tool_calls"), calls: `list_files {}`},
		{name: "not streamed, object", mode: Schema, serve: whole(`{"content":"{\"tool\":\"reply\",\"args\":{\"text\":\"Hi.\"}}"}`, "stop"), text: "Hi."},
		{name: "reply object", mode: Schema, serve: events(content(`{"tool":"reply","args":{"text":"H`), content(`i\n`), content(`."}`), content(`}`), finish("stop"), done), text: "H|i\n|."},
		{name: "call object", mode: Schema, serve: events(content(`{"tool":"read_file",`), content(`"args":{"path":"a"}}`), finish("stop"), done), calls: `read_file {"path":"a"}`},

		{name: "unknown tool", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"rm","arguments":"{}"}}]`), finish("tool_calls"), done), err: model.ErrMalformed, says: "the tools are list_files"},
		{name: "unknown tool object", mode: Schema, serve: events(content(`{"tool":"rm","args":{}}`), finish("stop"), done), err: model.ErrMalformed, says: `no tool "rm"`},
		{name: "call cut by length", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"list_files","arguments":"{}"}}]`), finish("length"), done), err: model.ErrMalformed, says: "cut off after"},
		{name: "object cut by length", mode: Schema, serve: events(content(`{"tool":"write_file","args":{"path":"a","text":"b`), finish("length"), done), err: model.ErrMalformed, says: "cut off after"},
		{name: "call cut by the line", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"list_files","arguments":"{}"}}]`)), err: model.ErrUnreachable, says: "cut in the middle"},
		{name: "text cut by the line", mode: Native, serve: events(content("Half of")), text: "Half of", err: model.ErrUnreachable, says: "cut in the middle"},
		{name: "object cut by the line", mode: Schema, serve: events(content(`{"tool":"reply","args":{"text":"Half`)), text: "Half", err: model.ErrUnreachable, says: "cut in the middle"},
		{name: "whole object, then cut", mode: Schema, serve: events(content(`{"tool":"list_files","args":{}}`)), calls: `list_files {}`},
		{name: "withheld", mode: Native, serve: events(content("I"), finish("content_filter"), done), text: "I", says: "content filter"},
		{name: "a call as text", mode: Native, serve: events(content("```json\n"), content(`{"name":"delete_file","arguments":{"path":"a"}}`), content("\n```"), finish("stop"), done), err: model.ErrMalformed, says: "call as text"},
		{name: "empty reply", mode: Native, serve: events(finish("stop"), done), err: model.ErrMalformed, says: "empty"},

		{name: "a web page", mode: Native, serve: raw("text/html; charset=utf-8", "<html>Welcome</html>"), err: model.ErrUnreachable, says: "got a web page"},
		{name: "plain words", mode: Native, serve: raw("text/plain", "hello there\nI am no model\n"), err: model.ErrUnreachable, says: "no event stream (hello there"},
		{name: "nothing at all", mode: Native, serve: raw("text/event-stream", ""), err: model.ErrUnreachable, says: "an empty stream"},
		{name: "only done", mode: Native, serve: events(done), err: model.ErrUnreachable, says: "an empty stream"},
		{name: "broken JSON", mode: Native, serve: events(`{"choices":[`), err: model.ErrUnreachable, says: "no JSON"},
		{name: "an array", mode: Native, serve: events(`[1,2]`), err: model.ErrUnreachable, says: "no JSON"},
		{name: "JSON that is no reply", mode: Native, serve: raw("application/json", `{"hello":1}`), err: model.ErrUnreachable, says: "JSON that is no reply"},
		{name: "an error with status 200", mode: Native, serve: raw("application/json", `{"error":{"message":"out of memory"}}`), err: model.ErrUnreachable, says: "out of memory"},
		{name: "an error in the stream", mode: Native, serve: events(content("A"), `{"error": {"code":500,"message":"slot died","type":"server_error"}}`), text: "A", err: model.ErrUnreachable, says: "slot died"},
		{name: "an error in the stream, with a space", mode: Native, serve: events(content("A"), `{ "error": "slot died" }`), text: "A", err: model.ErrUnreachable, says: "slot died"},
		{name: "one endless line", mode: Native, serve: raw("text/event-stream", "data: "+strings.Repeat("x", maxLine+10)), says: "more than a reply can hold"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, calls, err := ask(t.Context(), newModel(newServer(t, tt.serve), tt.mode), order("go"))
			if got := strings.Join(text, "|"); got != tt.text {
				t.Errorf("got text %q, want %q", got, tt.text)
			}
			var have []string
			for _, c := range calls {
				have = append(have, c.Tool+" "+string(c.Args))
			}
			if got := strings.Join(have, "; "); got != tt.calls {
				t.Errorf("got calls %q, want %q", got, tt.calls)
			}
			if tt.says == "" && tt.err == nil {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			if err == nil || tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got error %v, want one that wraps %v and says %q", err, tt.err, tt.says)
			}
		})
	}
}

func TestTextComesWhileItIsWritten(t *testing.T) {
	goOn := make(chan struct{})
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		stream(w, content(`{"tool":"reply","args":{"text":"First.`))
		<-goOn
		stream(w, content(` Second."}}`), finish("stop"), done)
	})
	var got []string
	for c, err := range newModel(f, Schema).Next(t.Context(), order("hi")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c.Text)
		if c.Text == "First." {
			close(goOn) // the server writes on only after the first piece was had
		}
	}
	// The first piece says only that the reply has begun.
	if want := "|First.| Second."; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
