package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"deputy/agent/model"
)

func TestEndlessReplyEnds(t *testing.T) {
	for _, tt := range []struct {
		name, event string
		mode        Mode
		wrap        error
	}{
		{"text", content(strings.Repeat("1 2 3 ", 500)), Native, model.ErrMalformed},
		{"object", content(strings.Repeat("again ", 500)), Schema, model.ErrMalformed},
		{"calls", calls(`[{"index":0,"function":{"name":"read_file","arguments":"` + strings.Repeat("x", 3000) + `"}}]`), Native, model.ErrMalformed},
		{"many calls", calls(`[{"function":{"name":"read_file","arguments":"{}"}}]`), Native, model.ErrMalformed},
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
			if !errors.Is(err, model.ErrUnreachable) || !strings.Contains(err.Error(), "said nothing for too long") {
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
			if took > 10*time.Second {
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
