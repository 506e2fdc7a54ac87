package openai

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDetect(t *testing.T) {
	serve := func(code int, kind, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/v1/models" {
				t.Errorf("got %s %s, want GET /v1/models", r.Method, r.URL.Path)
			}
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL + "/v1"
	}
	a := serve(200, "application/json", `{"data":[{"id":"llama3"},{"id":"qwen"},{"id":"qwen"},{"id":""}]}`)
	b := serve(200, "application/json", `{"object":"list","data":[{"id":"m.gguf"}]}`)
	got, err := detect(t.Context(), []place{
		{"A", a},
		{"web page", serve(200, "text/html", "<html>")},
		{"another API", serve(200, "application/json", `["x"]`)},
		{"locked", serve(401, "application/json", `{"error":"no"}`)},
		{"nobody", "http://127.0.0.1:1/v1"},
		{"moved", func() string {
			s := httptest.NewServer(http.RedirectHandler(a+"/models", 302))
			t.Cleanup(s.Close)
			return s.URL + "/v1"
		}()},
		{"B", b},
	})
	want := []Found{{Name: "A", BaseURL: a, Models: []string{"llama3", "qwen"}}, {Name: "B", BaseURL: b, Models: []string{"m.gguf"}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("error %v, found (-want +got):\n%s", err, d)
	}
}

// A port that takes the connection and says nothing costs a second, not more,
// and ctx ends it sooner.
func TestDetectDoesNotWait(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	silent := []place{{"a", s.URL}, {"b", s.URL}, {"c", s.URL}}
	began := time.Now()
	if got, err := detect(t.Context(), silent); len(got) > 0 || err != nil {
		t.Errorf("got %v and %v, want nothing", got, err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v for three silent ports, want no waiting for them", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := detect(ctx, silent); err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
