package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/rehearsal"
)

// A recorder is a model server that answers at once and keeps what it was sent.
type recorder struct {
	*httptest.Server
	connections atomic.Int32
	bodies      chan []byte
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{bodies: make(chan []byte, 100)}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		r.bodies <- body
		req.Body = io.NopCloser(bytes.NewReader(body))
		says(w, `{"tool":"reply","args":{"text":"All is well."}}`)
	}))
	r.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			r.connections.Add(1)
		}
	}
	r.Start()
	t.Cleanup(r.Close)
	return r
}

// orders tells things to a Deputy of its own, one after the other, each when all that
// came of the one before is over, and returns what the model was sent for them.
func (r *recorder) orders(t *testing.T, mode string, told ...event.Body) (sent [][]byte) {
	t.Helper()
	cfg := cmdtest.Config(t)
	cfg.LLM.Preset, cfg.LLM.URL, cfg.LLM.Model, cfg.LLM.Tools = "llama-server", r.URL+"/v1", "m", mode
	a, err := app.Build(t.Context(), cfg, app.Overrides{Deaf: true, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	feed, unwatch := a.Feed.Watch()
	defer unwatch()
	stop := a.Start(t.Context())
	scene := &rehearsal.Rehearsal{App: a, Config: cfg, Feed: feed, Patience: time.Minute}
	<-r.bodies // what is read at the start
	for _, b := range told {
		a.Desk.Tell(b)
		if err := scene.Rest(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for len(r.bodies) > 0 {
		sent = append(sent, <-r.bodies)
	}
	return sent
}

// TestRequestsBeginAlike: whatever the order, its task, its language and the
// session, every request is the same up to the messages that follow the system's,
// and so are the tools and the form of the reply, but for how a reply in the order's
// language begins, which no server has the model read. A criticism goes on with what
// was sent before it. And one connection carries all of a session.
func TestRequestsBeginAlike(t *testing.T) {
	for _, mode := range []string{"native", "schema"} {
		r := newRecorder(t)
		first := r.orders(t, mode, control.Typed("write the shopping list", ""), control.Typed("shorter", ""), control.Typed("보고서를 요약해 줘", ""), control.Typed("what's waiting?", ""),
			control.Typed("read the plan", ""))
		if n := r.connections.Load(); n != 1 {
			t.Errorf("%s: one session made %d connections, want one", mode, n)
		}
		second := r.orders(t, mode, control.Typed("tell me a joke", ""))
		if len(first) != 4 || len(second) != 1 {
			t.Fatalf("%s: got %d and %d requests, want 4 and 1: what's waiting needs no model", mode, len(first), len(second))
		}
		head, fixed := beginning(t, first[0])
		for i, body := range append(first[1:], second...) {
			h, f := beginning(t, body)
			if !bytes.Equal(h, head) || !bytes.Equal(withoutPattern(f), withoutPattern(fixed)) {
				t.Errorf("%s, request %d begins otherwise:\n%s %s\nwant\n%s %s", mode, i+2, h, f, head, fixed)
			}
		}
		words := messages(t, first[0])
		if !bytes.HasPrefix(messages(t, first[1]), words) {
			t.Errorf("%s: the criticism was sent as\n%s\nwhich doesn't go on with\n%s", mode, messages(t, first[1]), words)
		}
	}
}

// TestWhatIsReadAheadIsAsked: of the request that is sent when somebody begins to
// speak, all but the end is what the order's begins with.
func TestWhatIsReadAheadIsAsked(t *testing.T) {
	for _, mode := range []string{"native", "schema"} {
		r := newRecorder(t)
		sent := r.orders(t, mode, event.Speech{At: time.Now(), Key: true}, control.Typed("tell me a joke", ""), event.Called{}, control.Typed("tell me another joke", ""))
		if len(sent) != 4 {
			t.Fatalf("%s: got %d requests, want a reading and an order, twice", mode, len(sent))
		}
		for i := 0; i < len(sent); i += 2 {
			read, _, _ := bytes.Cut(messages(t, sent[i]), []byte(`\n\n"}`))
			if len(read) == len(messages(t, sent[i])) || !bytes.HasPrefix(messages(t, sent[i+1]), read) {
				t.Errorf("%s: read\n%s\nasked\n%s", mode, messages(t, sent[i]), messages(t, sent[i+1]))
			}
			_, fixed := beginning(t, sent[i+1])
			if _, f := beginning(t, sent[i]); !bytes.Equal(withoutLimit(withoutPattern(f)), withoutLimit(withoutPattern(fixed))) {
				t.Errorf("%s: read with\n%s\nasked with\n%s", mode, f, fixed)
			}
		}
	}
}

// withoutLimit is what follows the messages but for how long the reply may be.
func withoutLimit(rest []byte) []byte {
	return regexp.MustCompile(`"max_tokens":\d+`).ReplaceAll(rest, nil)
}

// withoutPattern is what follows the messages but for how the reply may begin.
func withoutPattern(rest []byte) []byte {
	return regexp.MustCompile(`"pattern":"(?:[^"\\]|\\.)*",?`).ReplaceAll(rest, nil)
}

// beginning is a request's body up to the end of the system message, and what
// follows the messages.
func beginning(t *testing.T, body []byte) (head, fixed []byte) {
	t.Helper()
	list := messages(t, body)
	at := bytes.Index(body, list)
	var all []json.RawMessage
	if err := json.Unmarshal(append(bytes.Clone(list), ']'), &all); err != nil {
		t.Fatal(err)
	}
	return body[:at+1+len(all[0])], body[at+len(list):]
}

// messages are those of a request, as they were sent, without the closing bracket.
func messages(t *testing.T, body []byte) []byte {
	t.Helper()
	var req struct{ Messages json.RawMessage }
	if err := json.Unmarshal(body, &req); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(req.Messages, []byte("]"))
}
