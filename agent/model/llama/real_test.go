package llama

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// realOptions are the real program and weights, or a skip that says how to get
// them.
func realOptions(t *testing.T) Options {
	t.Helper()
	if os.Getenv("DEPUTY_TEST_REAL") == "" {
		t.Skip("a real model server takes minutes: set DEPUTY_TEST_REAL=1, as make test does, to run this")
	}
	root := filepath.Join(os.Getenv("XDG_CACHE_HOME"), "deputy")
	if os.Getenv("XDG_CACHE_HOME") == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		root = filepath.Join(home, ".cache", "deputy")
	}
	program, err := Find("", root)
	model := filepath.Join(root, "models", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")
	err = errors.Join(err, checkModel(model))
	if err != nil && os.Getenv("DEPUTY_TEST_ALL") == "1" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return Options{Program: program, Model: model, Context: 1024, CacheDir: t.TempDir(), Stall: 5 * time.Minute, Backoff: time.Millisecond}
}

// chat asks for one token and gives how many tokens of the prompt were computed,
// not taken from the cache.
func chat(t *testing.T, s *Server, system, user string) (computed int) {
	t.Helper()
	var got struct {
		Timings struct {
			Prompt int `json:"prompt_n"`
		}
	}
	err := s.call(t.Context(), http.MethodPost, "/v1/chat/completions", map[string]any{
		"max_tokens": 1, "messages": []map[string]string{{"role": "system", "content": system}, {"role": "user", "content": user}},
	}, &got)
	if err != nil {
		t.Fatal(err)
	}
	return got.Timings.Prompt
}

// The real server: its key is not in its arguments, its prompt cache survives a
// restart of it and of Deputy, and it ends when it is told to.
func TestRealServer(t *testing.T) {
	o := realOptions(t)
	system := strings.Repeat("You are Deputy, a desk that carries out spoken orders. ", 10)
	fill := func(s *Server, filled *int) func(context.Context) error {
		return func(context.Context) error { *filled = chat(t, s, system, "."); return nil }
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pid := s.current().cmd.Process.Pid
	args, err := os.ReadFile("/proc/self/cmdline")
	if err == nil { // there is a /proc
		if args, err = os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline")); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(string(args), s.Key()) {
		t.Error("the key stands in the arguments, where every user can read it")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/chat/completions", strings.NewReader(`{"messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the key: got %v and %v, want status 401", resp, err)
	} else {
		resp.Body.Close()
	}

	var filled, again int
	if err := s.Warm(t.Context(), []byte(system), fill(s, &filled)); err != nil {
		t.Fatal(err)
	}
	if filled < 100 {
		t.Errorf("got %d tokens computed by a cold server, want all of some 120", filled)
	}
	if n := chat(t, s, system, "hello"); n > filled/2 {
		t.Errorf("got %d tokens computed after warming up, want far fewer than %d", n, filled)
	}

	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new process with the cache", func() bool {
		return s.current().cmd.Process.Pid != pid && s.call(t.Context(), http.MethodGet, "/v1/models", nil, nil) == nil
	})
	s.Close()
	if s, err = Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Warm(t.Context(), []byte(system), fill(s, &again)); err != nil {
		t.Fatal(err)
	}
	if again != 0 {
		t.Error("the second start computed the prompt again, want it from disk")
	}
	if n := chat(t, s, system, "hello"); n > filled/2 {
		t.Errorf("got %d tokens computed after restoring, want far fewer than %d", n, filled)
	}
}

// A model that is cut fails at once, with the server's own words.
func TestRealServerCutModel(t *testing.T) {
	o := realOptions(t)
	whole, err := os.Open(o.Model)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	head := make([]byte, 1<<20)
	if _, err := whole.Read(head); err != nil {
		t.Fatal(err)
	}
	o.Model = filepath.Join(t.TempDir(), "cut.gguf")
	if err := os.WriteFile(o.Model, head, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), o)
	if err == nil {
		s.Close()
		t.Fatal("got a server of a cut model")
	}
	if !strings.Contains(err.Error(), "deputy models verify") || !strings.Contains(err.Error(), "cut.gguf") {
		t.Errorf("got %v, want it to say what to check", err)
	}
}
