package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deputy/agent"
)

// A fakeServer answers chat completions with what serve writes.
type fakeServer struct {
	*httptest.Server
	asked chan map[string]any // each request's body
}

func newServer(t *testing.T, serve http.HandlerFunc) *fakeServer {
	t.Helper()
	f := &fakeServer{asked: make(chan map[string]any, 100)}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/completions") {
			var body map[string]any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Errorf("got a request that is no JSON: %v", err)
			}
			f.asked <- body
		}
		serve(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// stream writes events and flushes each.
func stream(w http.ResponseWriter, events ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range events {
		fmt.Fprintf(w, "data: %s\n\n", e)
		w.(http.Flusher).Flush()
	}
}

func content(s string) string {
	b, _ := json.Marshal(s)
	return `{"choices":[{"index":0,"delta":{"content":` + string(b) + `}}]}`
}

func calls(deltas string) string {
	return `{"choices":[{"index":0,"delta":{"tool_calls":` + deltas + `}}]}`
}

func finish(reason string) string {
	return `{"choices":[{"index":0,"delta":{},"finish_reason":"` + reason + `"}]}`
}

const done = "[DONE]"

// order is a prompt with the desk's tools and one order.
func order(text string) agent.Prompt {
	return agent.Prompt{System: testSystem, Tools: deskTools(), Messages: []agent.Message{{Role: agent.User, Text: text}}}
}

func newModel(f *fakeServer, mode Mode) *Model {
	return New(Options{Name: "Fake", BaseURL: f.URL + "/v1", Model: "small", Tools: mode, Backoff: time.Millisecond})
}

// ask gives the text pieces, the calls and the error of one reply.
func ask(ctx context.Context, m *Model, p agent.Prompt) (text []string, calls []agent.Call, err error) {
	for c, e := range m.Next(ctx, p) {
		if e != nil {
			return text, calls, e
		}
		if c.Text != "" {
			text = append(text, c.Text)
		}
		if c.Call != nil {
			calls = append(calls, *c.Call)
		}
	}
	return text, calls, nil
}

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

		{name: "unknown tool", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"rm","arguments":"{}"}}]`), finish("tool_calls"), done), err: agent.ErrMalformed, says: "the tools are list_files"},
		{name: "unknown tool object", mode: Schema, serve: events(content(`{"tool":"rm","args":{}}`), finish("stop"), done), err: agent.ErrMalformed, says: `no tool "rm"`},
		{name: "call cut by length", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"list_files","arguments":"{}"}}]`), finish("length"), done), err: agent.ErrMalformed, says: "cut off after"},
		{name: "object cut by length", mode: Schema, serve: events(content(`{"tool":"write_file","args":{"path":"a","text":"b`), finish("length"), done), err: agent.ErrMalformed, says: "cut off after"},
		{name: "call cut by the line", mode: Native, serve: events(calls(`[{"index":0,"function":{"name":"list_files","arguments":"{}"}}]`)), err: agent.ErrUnreachable, says: "cut in the middle"},
		{name: "text cut by the line", mode: Native, serve: events(content("Half of")), text: "Half of", err: agent.ErrUnreachable, says: "cut in the middle"},
		{name: "object cut by the line", mode: Schema, serve: events(content(`{"tool":"reply","args":{"text":"Half`)), text: "Half", err: agent.ErrUnreachable, says: "cut in the middle"},
		{name: "whole object, then cut", mode: Schema, serve: events(content(`{"tool":"list_files","args":{}}`)), calls: `list_files {}`},
		{name: "withheld", mode: Native, serve: events(content("I"), finish("content_filter"), done), text: "I", says: "content filter"},
		{name: "a call as text", mode: Native, serve: events(content("```json\n"), content(`{"name":"delete_file","arguments":{"path":"a"}}`), content("\n```"), finish("stop"), done), err: agent.ErrMalformed, says: "call as text"},
		{name: "empty reply", mode: Native, serve: events(finish("stop"), done), err: agent.ErrMalformed, says: "empty"},

		{name: "a web page", mode: Native, serve: raw("text/html; charset=utf-8", "<html>Welcome</html>"), err: agent.ErrUnreachable, says: "got a web page"},
		{name: "plain words", mode: Native, serve: raw("text/plain", "hello there\nI am no model\n"), err: agent.ErrUnreachable, says: "no event stream (hello there"},
		{name: "nothing at all", mode: Native, serve: raw("text/event-stream", ""), err: agent.ErrUnreachable, says: "an empty stream"},
		{name: "only done", mode: Native, serve: events(done), err: agent.ErrUnreachable, says: "an empty stream"},
		{name: "broken JSON", mode: Native, serve: events(`{"choices":[`), err: agent.ErrUnreachable, says: "no JSON"},
		{name: "an array", mode: Native, serve: events(`[1,2]`), err: agent.ErrUnreachable, says: "no JSON"},
		{name: "JSON that is no reply", mode: Native, serve: raw("application/json", `{"hello":1}`), err: agent.ErrUnreachable, says: "JSON that is no reply"},
		{name: "an error with status 200", mode: Native, serve: raw("application/json", `{"error":{"message":"out of memory"}}`), err: agent.ErrUnreachable, says: "out of memory"},
		{name: "an error in the stream", mode: Native, serve: events(content("A"), `{"error": {"code":500,"message":"slot died","type":"server_error"}}`), text: "A", err: agent.ErrUnreachable, says: "slot died"},
		{name: "an error in the stream, with a space", mode: Native, serve: events(content("A"), `{ "error": "slot died" }`), text: "A", err: agent.ErrUnreachable, says: "slot died"},
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
		if len(got) == 1 {
			close(goOn) // the server writes on only after the first piece was had
		}
	}
	if want := "First.| Second."; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEndlessReplyEnds(t *testing.T) {
	for _, tt := range []struct {
		name, event string
		mode        Mode
		wrap        error
	}{
		{"text", content(strings.Repeat("again ", 500)), Native, agent.ErrMalformed},
		{"object", content(strings.Repeat("again ", 500)), Schema, agent.ErrMalformed},
		{"calls", calls(`[{"index":0,"function":{"name":"read_file","arguments":"` + strings.Repeat("x", 3000) + `"}}]`), Native, agent.ErrMalformed},
		{"many calls", calls(`[{"function":{"name":"read_file","arguments":"{}"}}]`), Native, agent.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			gone := make(chan struct{})
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				defer close(gone)
				for r.Context().Err() == nil {
					stream(w, tt.event)
				}
			})
			_, _, err := ask(t.Context(), newModel(f, tt.mode), order("go"))
			if !errors.Is(err, tt.wrap) {
				t.Errorf("got %v, want one that wraps %v", err, tt.wrap)
			}
			<-gone // and the server was let go
		})
	}
}

// A server that goes on after the end of the reply (some pad JSON with endless
// space) is let go after a short grace, and the reply counts.
func TestEndlessTailIsCut(t *testing.T) {
	for _, tt := range []struct {
		name       string
		mode       Mode
		head, tail string
	}{
		{"space after the object", Schema, content(`{"tool":"reply","args":{"text":"Here."}}`), content("\n \n")},
		{"empty events after the finish", Native, `{"choices":[{"index":0,"delta":{"content":"Here."},"finish_reason":"stop"}]}`, content("")},
		{"silence after the finish", Native, `{"choices":[{"index":0,"delta":{"content":"Here."},"finish_reason":"stop"}]}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				stream(w, tt.head)
				for r.Context().Err() == nil && tt.tail != "" {
					stream(w, tt.tail)
					time.Sleep(time.Millisecond) // as a server that computes
				}
				<-r.Context().Done()
			})
			began := time.Now()
			text, _, err := ask(t.Context(), newModel(f, tt.mode), order("go"))
			if err != nil || strings.Join(text, "") != "Here." {
				t.Errorf("got %q and %v, want the reply", text, err)
			}
			if took := time.Since(began); took > grace+5*time.Second {
				t.Errorf("took %v, want about %v", took, grace)
			}
		})
	}
}

func TestSilenceEnds(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(w http.ResponseWriter)
	}{
		{"no answer", func(http.ResponseWriter) {}},
		{"headers only", func(w http.ResponseWriter) { stream(w); w.(http.Flusher).Flush() }},
		{"stuck in the middle", func(w http.ResponseWriter) { stream(w, content("A")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			gone := make(chan struct{})
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				tt.serve(w)
				<-r.Context().Done()
				close(gone)
			})
			m := New(Options{BaseURL: f.URL, Model: "m", FirstToken: 50 * time.Millisecond, BetweenTokens: 50 * time.Millisecond})
			_, _, err := ask(t.Context(), m, order("go"))
			if !errors.Is(err, agent.ErrUnreachable) || !strings.Contains(err.Error(), "said nothing for too long") {
				t.Errorf("got %v, want an unreachable error about silence", err)
			}
			<-gone
		})
	}
}

// Empty events keep a connection alive but are no progress.
func TestEmptyEventsAreSilence(t *testing.T) {
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			stream(w, `{"choices":[{"index":0,"delta":{"content":""}}]}`)
		}
	})
	m := New(Options{BaseURL: f.URL, Model: "m", FirstToken: 100 * time.Millisecond})
	if _, _, err := ask(t.Context(), m, order("go")); err == nil || !strings.Contains(err.Error(), "said nothing") {
		t.Errorf("got %v, want an error about silence", err)
	}
}

// While the server is held on purpose its silence doesn't count.
func TestHeldServerIsWaitedFor(t *testing.T) {
	resume := make(chan struct{})
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		<-resume
		stream(w, content("Here."), finish("stop"), done)
	})
	asked := 0
	m := New(Options{BaseURL: f.URL, Model: "m", FirstToken: 10 * time.Millisecond, Held: func() bool {
		if asked++; asked == 20 { // twenty times the patience has passed
			close(resume)
		}
		return true
	}})
	text, _, err := ask(t.Context(), m, order("go"))
	if err != nil || strings.Join(text, "") != "Here." {
		t.Errorf("got %q and %v, want the reply", text, err)
	}
}

func TestCancel(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(w http.ResponseWriter)
	}{
		{"before the first token", func(http.ResponseWriter) {}},
		{"in the middle", func(w http.ResponseWriter) { stream(w, content("A")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			gone, here := make(chan time.Time, 1), make(chan struct{})
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				tt.serve(w)
				close(here)
				<-r.Context().Done()
				gone <- time.Now()
			})
			var at time.Time
			go func() { <-here; at = time.Now(); cancel() }()
			_, _, err := ask(ctx, newModel(f, Native), order("go"))
			took := time.Since(at)
			if err != context.Canceled {
				t.Errorf("got %v, want %v itself", err, context.Canceled)
			}
			if took > 500*time.Millisecond {
				t.Errorf("ended %v after the cancel, want at once", took)
			}
			if late := (<-gone).Sub(at); late > time.Second {
				t.Errorf("the server saw the request closed after %v, want at once", late)
			}
		})
	}
	t.Run("already over", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("asked the server") })
		if _, _, err := ask(ctx, newModel(f, Native), order("go")); err != context.Canceled {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
	t.Run("deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		f := newServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		if _, _, err := ask(ctx, newModel(f, Native), order("go")); err != context.DeadlineExceeded {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

// A reader that stops early lets the server go, too.
func TestBreakClosesTheRequest(t *testing.T) {
	gone := make(chan struct{})
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		stream(w, content("A"))
		<-r.Context().Done()
		close(gone)
	})
	for range newModel(f, Native).Next(t.Context(), order("go")) {
		break
	}
	<-gone
}

func TestRetry(t *testing.T) {
	answer := func(w http.ResponseWriter) { stream(w, content("Here."), finish("stop"), done) }
	fail := func(code int, header, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	for _, tt := range []struct {
		name  string
		steps []func(http.ResponseWriter)
		asked int
		says  string
		least time.Duration
	}{
		{name: "busy once", steps: []func(http.ResponseWriter){fail(429, "", ""), answer}, asked: 2},
		{name: "loading", steps: []func(http.ResponseWriter){fail(503, "", `{"error":{"message":"Loading model"}}`), fail(503, "", ""), answer}, asked: 3},
		{name: "gateway page", steps: []func(http.ResponseWriter){fail(502, "", "<html>Bad gateway</html>"), answer}, asked: 2},
		{name: "told how long", steps: []func(http.ResponseWriter){fail(429, "0.2", ""), answer}, asked: 2, least: 200 * time.Millisecond},
		{name: "told too long", steps: []func(http.ResponseWriter){fail(429, "3600", `{"error":{"message":"slow down"}}`)}, asked: 1, says: "try again in 1h0m0s"},
		{name: "for ever", steps: []func(http.ResponseWriter){fail(500, "", ""), fail(500, "", ""), fail(500, "", ""), fail(500, "", "")}, asked: 4, says: "status 500"},
		{name: "no credit", steps: []func(http.ResponseWriter){fail(429, "", `{"error":{"message":"x","code":"insufficient_quota"}}`)}, asked: 1, says: "no credit"},
		{name: "not a passing failure", steps: []func(http.ResponseWriter){fail(400, "", "bad grammar")}, asked: 1, says: "bad grammar"},
		{name: "not after the first token", steps: []func(http.ResponseWriter){func(w http.ResponseWriter) { stream(w, content("A")) }}, asked: 1, says: "cut in the middle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) { n++; tt.steps[n-1](w) })
			began := time.Now()
			text, _, err := ask(t.Context(), newModel(f, Native), order("go"))
			if n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
			if took := time.Since(began); took < tt.least {
				t.Errorf("took %v, want at least %v", took, tt.least)
			}
			if tt.says == "" && (err != nil || strings.Join(text, "") != "Here.") {
				t.Errorf("got %q and %v, want the reply", text, err)
			}
			if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("got %v, want an error that says %q", err, tt.says)
			}
		})
	}
}

func TestCancelEndsARetryPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "25")
		w.WriteHeader(429)
		time.AfterFunc(10*time.Millisecond, cancel)
	})
	if _, _, err := ask(ctx, newModel(f, Native), order("go")); err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// A connection that the server closes without an answer costs a try, not the
// order.
func TestHungUp(t *testing.T) {
	var n atomic.Int32
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%2 == 1 {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			conn.Close()
			return
		}
		stream(w, content("Here."), finish("stop"), done)
	})
	m := newModel(f, Native)
	for range 2 {
		if text, _, err := ask(t.Context(), m, order("go")); err != nil || strings.Join(text, "") != "Here." {
			t.Errorf("got %q and %v, want the reply", text, err)
		}
	}
	if n.Load() != 4 {
		t.Errorf("asked %d times, want 4", n.Load())
	}
}

// Turns share one connection.
func TestConnectionIsKept(t *testing.T) {
	from := make(chan string, 3)
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		from <- r.RemoteAddr
		stream(w, content("Here."), finish("stop"), done)
	})
	m := newModel(f, Native)
	for range 3 {
		if _, _, err := ask(t.Context(), m, order("go")); err != nil {
			t.Fatal(err)
		}
	}
	if a, b, c := <-from, <-from, <-from; a != b || b != c {
		t.Errorf("got connections from %s, %s and %s, want one", a, b, c)
	}
}

// Without a configured model the server's first that can talk is used, and the
// server is asked for it once.
func TestModelIsChosen(t *testing.T) {
	var lists atomic.Int32
	f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/models") {
			lists.Add(1)
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"data":[{"id":"nomic-embed-text"},{"id":"qwen3"},{"id":"llama"}]}`)
			return
		}
		stream(w, content("Here."), finish("stop"), done)
	})
	m := New(Options{BaseURL: f.URL})
	for range 2 {
		if _, _, err := ask(t.Context(), m, order("go")); err != nil {
			t.Fatal(err)
		}
		if got := (<-f.asked)["model"]; got != "qwen3" {
			t.Errorf("got model %v, want qwen3", got)
		}
	}
	if lists.Load() != 1 {
		t.Errorf("asked for the list %d times, want once", lists.Load())
	}
}
