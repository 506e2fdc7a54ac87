package openai

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"deputy/agent/model"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		o     Options // BaseURL is the fake's unless set
		code  int
		body  string
		list  string // of GET /models; "" = 404
		says  []string
		wraps error
	}{
		{name: "no key", o: Options{Name: "Groq", KeyVar: "GROQ_API_KEY"}, says: []string{"no key for Groq", "set the environment variable GROQ_API_KEY"}},
		{name: "bad key", o: Options{Key: "sk-x", KeyVar: "GROQ_API_KEY"}, code: 401, body: `{"error":{"message":"Invalid API Key"}}`, says: []string{"refused the key", "Invalid API Key", "GROQ_API_KEY"}},
		{name: "key wanted", code: 401, body: `{"error":"no token"}`, says: []string{"wants a key", "no token", "llm.key_env"}},
		{name: "bad base URL", o: Options{BaseURL: "localhost:8080"}, says: []string{`"localhost:8080"`, "llm.url"}},
		{name: "bad mode", o: Options{Tools: "magic"}, says: []string{`"magic"`, `"native"`, `"schema"`}},
		{
			name: "wrong model, with a list", o: Options{Model: "big"}, code: 404, body: `{"error":{"message":"The model big does not exist","code":"model_not_found"}}`,
			list: `{"object":"list","data":[{"id":"small"},{"id":"tiny"}]}`, says: []string{"no model big", "one of: small, tiny"},
		},
		{name: "wrong model, no list", o: Options{Model: "big"}, code: 404, body: `{"error":{"message":"model \"big\" not found, try pulling it first"}}`, says: []string{"no model big", "not found", "correct llm.model"}},
		{name: "wrong model, status 400", o: Options{Model: "big"}, code: 400, body: `{"error":{"message":"Model Not Exist"}}`, list: `{"data":[{"id":"chat"}]}`, says: []string{"no model big", "one of: chat"}},
		{name: "wrong path", code: 404, body: "404 page not found", says: []string{"nothing answers at", "/chat/completions", "llm.url"}, wraps: model.ErrUnreachable},
		{name: "too long", code: 400, body: `{"error":{"code":400,"message":"the request exceeds the available context size (2048 tokens)","type":"exceed_context_size_error"}}`, says: []string{"too long for", "2048", "new task"}},
		{name: "too long, OpenAI", code: 400, body: `{"error":{"message":"too big","code":"context_length_exceeded"}}`, says: []string{"too long for"}},
		{name: "no credit", code: 402, body: `{"error":{"message":"Insufficient Balance"}}`, says: []string{"no credit left", "Insufficient Balance"}},
		{name: "refused", code: 422, body: `{"detail":"tools unsupported"}`, says: []string{"refused the request", "tools unsupported", "llm.tools: native"}},
		{name: "redirect", code: 302, says: []string{"redirect", "llm.url"}, wraps: model.ErrUnreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				code, body := tt.code, tt.body
				if strings.HasSuffix(r.URL.Path, "/models") {
					code, body = 200, tt.list
					if body == "" {
						code = 404
					}
					w.Header().Set("Content-Type", "application/json")
				}
				if code == 302 {
					w.Header().Set("Location", "http://elsewhere.example/v1")
				}
				w.WriteHeader(code)
				fmt.Fprint(w, body)
			})
			if tt.o.BaseURL == "" {
				tt.o.BaseURL = f.URL
			}
			_, _, err := ask(t.Context(), New(tt.o), order("go"))
			if err == nil {
				t.Fatal("got no error")
			}
			for _, s := range tt.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("got %q, want it to say %q", err, s)
				}
			}
			if tt.wraps != nil && !errors.Is(err, tt.wraps) {
				t.Errorf("got %v, want it to wrap %v", err, tt.wraps)
			}
			if errors.Is(err, model.ErrMalformed) {
				t.Errorf("got %v, which blames the model's reply", err)
			}
			if tt.code == 0 && len(f.asked) > 0 {
				t.Error("asked the server although the error was known before")
			}
		})
	}
}

func TestUnreachableNamesURLAndWhatToStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String() + "/v1"
	l.Close() // nobody listens there now
	began := time.Now()
	_, _, err = ask(t.Context(), New(Options{BaseURL: url, Start: "ollama serve"}), order("go"))
	if !errors.Is(err, model.ErrUnreachable) || !strings.Contains(err.Error(), url) || !strings.Contains(err.Error(), "start it with: ollama serve") {
		t.Errorf("got %v, want an unreachable error with %s and the command", err, url)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v, want at once", took)
	}
	for port, hint := range map[string]string{"11434": "ollama serve", "1234": "LM Studio", "8000": "vllm serve", "8080": "llama-server", "99": "llm.url"} {
		if got := New(Options{BaseURL: "http://127.0.0.1:" + port}).startHint(); !strings.Contains(got, hint) {
			t.Errorf("port %s: got %q, want %q in it", port, got, hint)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"},
		{"http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"},
		{" https://api.groq.com/openai/v1 ", "https://api.groq.com/openai/v1"},
		{"https://api.deepseek.com/v1/chat/completions", "https://api.deepseek.com/v1"},
		{"127.0.0.1:8080", ""}, {"", ""}, {"ftp://x/v1", ""}, {"http://", ""},
	} {
		got := ""
		if u, err := baseURL(tt.in); err == nil {
			got = u.String()
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		in   string
		want time.Duration
	}{
		{"", 0}, {"7", 7 * time.Second}, {"0.5", 500 * time.Millisecond}, {"-3", 0}, {"soon", 0}, {"1e99", 0}, {"NaN", 0},
		{"Fri, 02 Jan 2026 03:04:15 GMT", 10 * time.Second}, {"Fri, 02 Jan 2026 03:04:00 GMT", 0},
	} {
		if got := retryAfter(tt.in, now); got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.in, got, tt.want)
		}
	}
}

func FuzzServerError(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"a","code":1,"type":"t"}}`))
	f.Add([]byte(`{"error":"a"}`))
	f.Add([]byte(`{"detail":[1]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, words := serverError(b); len(words) > 310 || strings.ContainsAny(words, "\n\r") {
			t.Errorf("got %d bytes %q, want one short line", len(words), words)
		}
	})
}
