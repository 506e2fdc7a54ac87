package llama

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// startFake runs the fake in modes until the test ends.
func startFake(t *testing.T, modes string, o Options) (*Server, error) {
	t.Helper()
	t.Setenv(fakeEnv, "plain "+modes)
	o.Program = os.Args[0]
	if o.Model == "" {
		o.Model = fakeModel(t)
	}
	o.Backoff = time.Millisecond
	s, err := Start(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

func mustStart(t *testing.T, modes string, o Options) *Server {
	t.Helper()
	s, err := startFake(t, modes, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// child is what the fake says of itself.
type child struct {
	Args, Env []string
	Pid       int
}

func ask(t *testing.T, s *Server) (c child, err error) {
	t.Helper()
	err = s.call(t.Context(), http.MethodGet, "/v1/models", nil, &c)
	return c, err
}

func TestStartAndClose(t *testing.T) {
	t.Setenv("GROQ_API_KEY", "sk-secret")
	t.Setenv("LLAMA_ARG_PORT", "1")
	s := mustStart(t, "loading", Options{Threads: 3, Context: 999, CacheDir: filepath.Join(t.TempDir(), "a", "b")})
	c, err := ask(t, s)
	if err != nil {
		t.Fatal(err)
	}
	args := strings.Join(c.Args[1:], " ")
	want := fmt.Sprintf("--host 127.0.0.1 --port %d --model %s --threads 3 --ctx-size 999 --parallel 1 --slot-save-path %s/ --jinja --offline", s.port, s.o.Model, s.o.CacheDir)
	if args != want {
		t.Errorf("got arguments\n%s\nwant\n%s", args, want)
	}
	if !slices.Contains(c.Env, "LLAMA_API_KEY="+s.Key()) || len(s.Key()) < 20 {
		t.Errorf("the key %q isn't in the child's environment", s.Key())
	}
	if !slices.Contains(c.Env, "OMP_WAIT_POLICY=PASSIVE") {
		t.Error("the child's threads are not told to sleep while they wait")
	}
	for _, e := range c.Env {
		if strings.Contains(e, "sk-secret") || strings.HasPrefix(e, "LLAMA_ARG") {
			t.Errorf("got %s in the child's environment", e)
		}
	}
	if got := fmt.Sprintf("http://127.0.0.1:%d/v1", s.port); s.URL() != got || s.port == 0 {
		t.Errorf("got URL %s, want %s", s.URL(), got)
	}
	if resp, err := http.Get(s.URL() + "/models"); err != nil || resp.StatusCode != 401 {
		t.Errorf("without the key: got %v and %v, want status 401", resp, err)
	}
	s.Close()
	if err := s.Wait(); err != nil {
		t.Errorf("got %v from Wait after Close, want none", err)
	}
	if got := state(c.Pid); got != "" {
		t.Errorf("the child is in state %q after Close, want it reaped", got)
	}
	s.Close() // again is no harm
	s.Pause()
	s.Resume()
}

func TestCloseKillsADeafServer(t *testing.T) {
	s := mustStart(t, "deaf", Options{})
	c, err := ask(t, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got := state(c.Pid); got != "" {
		t.Errorf("the child is in state %q after Close, want it gone", got)
	}
}

func TestCloseEndsAHeldServerSoon(t *testing.T) {
	s := mustStart(t, "", Options{})
	s.Pause()
	began := time.Now()
	s.Close()
	if took := time.Since(began); took > patience-time.Second {
		t.Errorf("took %v, want it to end when asked", took)
	}
}

func TestStartErrors(t *testing.T) {
	model := fakeModel(t)
	other := filepath.Join(t.TempDir(), "page.gguf")
	if err := os.WriteFile(other, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, modes string
		o           Options
		wraps       error
		says        []string
	}{
		{"no program", "", Options{Program: "/nowhere/llama-server", Model: model}, ErrNoProgram, []string{"/nowhere/llama-server", "make build"}},
		{"no model named", "", Options{Program: os.Args[0]}, ErrNoModel, []string{"deputy models pull"}},
		{"no model", "", Options{Program: os.Args[0], Model: "/nowhere/m.gguf"}, ErrNoModel, []string{"/nowhere/m.gguf", "deputy models pull"}},
		{"not a model", "", Options{Program: os.Args[0], Model: other}, ErrNoModel, []string{"no GGUF", "deputy models verify"}},
		{"dies at once", "broken", Options{Program: os.Args[0], Model: model}, nil, []string{"exit status 1", "tensor 'blk.0' is cut", "memory"}},
		{"stuck", "stuck", Options{Program: os.Args[0], Model: model, Stall: 300 * time.Millisecond}, nil, []string{"no progress for 300ms", "fake llama-server"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(fakeEnv, "plain "+tt.modes)
			s, err := Start(t.Context(), tt.o)
			if err == nil {
				s.Close()
				t.Fatal("got no error")
			}
			if tt.wraps != nil && !errors.Is(err, tt.wraps) {
				t.Errorf("got %v, want it to wrap %v", err, tt.wraps)
			}
			for _, w := range tt.says {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got %q, want it to say %q", err, w)
				}
			}
		})
	}
}

func TestStartEndsWithContext(t *testing.T) {
	t.Setenv(fakeEnv, "stuck")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, Options{Program: os.Args[0], Model: fakeModel(t)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}

// A port that was taken in between costs another try, not the start.
func TestPortTaken(t *testing.T) {
	once := filepath.Join(t.TempDir(), "once")
	if err := os.WriteFile(once, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DEPUTY_FAKE_ONCE", once)
	s := mustStart(t, "", Options{})
	if _, err := ask(t, s); err != nil {
		t.Error(err)
	}
}
