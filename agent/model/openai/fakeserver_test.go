package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"deputy/agent/model"
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
func order(text string) model.Prompt {
	return model.Prompt{System: testSystem, Tools: deskTools(), Messages: []model.Message{{Role: model.User, Text: text}}}
}

func newModel(f *fakeServer, mode Mode) *Model {
	return New(Options{Name: "Fake", BaseURL: f.URL + "/v1", Model: "small", Tools: mode, Backoff: time.Millisecond})
}

// ask gives the text pieces, the calls and the error of one reply.
func ask(ctx context.Context, m *Model, p model.Prompt) (text []string, calls []model.Call, err error) {
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
