package openai

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

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
