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
	"syscall"
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

func TestRestart(t *testing.T) {
	s := mustStart(t, "", Options{CacheDir: t.TempDir()})
	if err := s.Warm(t.Context(), []byte("prefix"), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	before, err := ask(t, s)
	if err != nil {
		t.Fatal(err)
	}
	url := s.URL()
	_ = s.call(t.Context(), http.MethodGet, "/crash", nil, nil) // it dies while answering
	var after child
	eventually(t, "a new process", func() bool {
		after, err = ask(t, s)
		return err == nil
	})
	if after.Pid == before.Pid || s.URL() != url {
		t.Errorf("got process %d at %s, want another than %d at %s", after.Pid, s.URL(), before.Pid, url)
	}
	eventually(t, "the prompt cache's return", func() bool { return strings.Contains(s.Log(), "restored prompt-") })
}

// A server that is held when it dies comes back held.
func TestRestartHeld(t *testing.T) {
	s := mustStart(t, "", Options{})
	before, err := ask(t, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Pause()
	if err := syscall.Kill(before.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var now int
	eventually(t, "a new process that is held", func() bool {
		now = s.current().cmd.Process.Pid
		return now != before.Pid && state(now) == "T"
	})
	s.Resume()
	eventually(t, "an answer after Resume", func() bool { _, err := ask(t, s); return err == nil })
}

func TestGivesUpAfterManyDeaths(t *testing.T) {
	s := mustStart(t, "", Options{})
	t.Setenv(fakeEnv, "broken") // from now on it can't start
	_ = s.call(t.Context(), http.MethodGet, "/crash", nil, nil)
	err := s.Wait()
	if err == nil || !strings.Contains(err.Error(), "given up") || !strings.Contains(err.Error(), "tensor 'blk.0' is cut") {
		t.Errorf("got %v, want an error with the end of the log", err)
	}
}

func TestPauseAndResume(t *testing.T) {
	s := mustStart(t, "", Options{})
	pid := s.current().cmd.Process.Pid
	s.Pause()
	eventually(t, "the stop", func() bool { return state(pid) == "T" })
	if !s.Paused() {
		t.Error("got Paused false, want true")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.call(ctx, http.MethodGet, "/v1/models", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v from a held server, want no answer", err)
	}
	s.Pause()
	s.Resume() // pauses don't add up
	if _, err := ask(t, s); err != nil {
		t.Errorf("after Resume: %v", err)
	}
}

// Whatever kills Deputy, its server doesn't outlive it: held or not.
func TestServerDiesWithDeputy(t *testing.T) {
	for _, env := range []string{"DEPUTY_FAKE_HELD=", "DEPUTY_FAKE_HELD=1"} {
		parent, server := startParent(t, env)
		if got := state(server); got == "" || got == "Z" {
			t.Fatalf("the server is in state %q, want it to run", got)
		}
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the server's end", func() bool { s := state(server); return s == "" || s == "Z" })
	}
}

// Where the kernel doesn't do it, a guard does.
func TestGuard(t *testing.T) {
	t.Setenv(fakeEnv, "stuck")
	spawnStuck := func() *process {
		p, err := spawn(os.Args[0], nil, "k", &ring{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.end(0) })
		return p
	}
	p := spawnStuck()
	g, err := startGuard(p.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	g.in.Close() // as if we had died
	<-p.done
	g.Close()

	p = spawnStuck()
	if g, err = startGuard(p.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	g.Close()
	if p.over() {
		t.Error("an orderly end of the guard killed its process")
	}
}

func TestWarm(t *testing.T) {
	dir, model := t.TempDir(), fakeModel(t)
	fills := 0
	warm := func(s *Server, prefix string) {
		t.Helper()
		if err := s.Warm(t.Context(), []byte(prefix), func(context.Context) error { fills++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	s := mustStart(t, "", Options{CacheDir: dir, Model: model})
	warm(s, "one")
	s.Close()
	s = mustStart(t, "", Options{CacheDir: dir, Model: model})
	warm(s, "one")
	if fills != 1 {
		t.Errorf("filled %d times, want once: the second start has the cache", fills)
	}
	warm(s, "two")
	if fills != 2 {
		t.Errorf("filled %d times, want 2: another prefix is another cache", fills)
	}
	path := filepath.Join(dir, s.cacheName([]byte("two")))
	if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("got %v and %v, want a file of mode 0600", i, err)
	}
	if err := os.WriteFile(path, []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	warm(s, "two")
	if fills != 3 {
		t.Errorf("filled %d times, want 3: a broken cache counts for nothing", fills)
	}
	for _, p := range []string{"three", "four", "five"} {
		warm(s, p)
	}
	kept, _ := os.ReadDir(dir)
	if len(kept) > keptCaches {
		t.Errorf("got %d caches kept, want at most %d", len(kept), keptCaches)
	}
	failed := errors.New("no")
	if err := s.Warm(t.Context(), []byte("six"), func(context.Context) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v, want %v", err, failed)
	}
	other := mustStart(t, "", Options{CacheDir: dir, Model: fakeModel(t), Context: 100})
	if a, b := s.cacheName([]byte("x")), other.cacheName([]byte("x")); a == b {
		t.Errorf("two models share the cache %s", a)
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PATH", filepath.Join(root, "path"))
	put := func(parts ...string) string {
		path := filepath.Join(append([]string{root}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	check := func(configured, want string) {
		t.Helper()
		got, err := Find(configured, root)
		if got != want || (want == "") != errors.Is(err, ErrNoProgram) {
			t.Errorf("Find(%q): got %q and %v, want %q", configured, got, err, want)
		}
		if want == "" && !strings.Contains(err.Error(), "make build") {
			t.Errorf("got %v, want it to say how to get one", err)
		}
	}
	check("", "")
	old := put("native", "llama-b1-x", "bin", "llama-server")
	check("", old)
	newer := put("native", "llama-b2-x", "bin", "llama-server")
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	check("", newer)
	linked := put("native", "bin", "llama-server")
	check("", linked)
	onPath := put("path", "llama-server")
	check("", onPath)
	check(old, old)
	check(filepath.Join(root, "nothing"), "")
}

func TestRing(t *testing.T) {
	var r ring
	for i := range ringLines + 50 {
		fmt.Fprintf(&r, "line %d\n", i)
	}
	fmt.Fprintf(&r, "%s\r\nun", strings.Repeat("x", 10*lineBytes))
	fmt.Fprint(&r, "ended \xff")
	want := fmt.Sprintf("line %d\n%s\nunended ?", ringLines+49, strings.Repeat("x", lineBytes))
	if got := r.tail(3); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(strings.Split(r.tail(10_000), "\n")); n != ringLines+1 {
		t.Errorf("got %d lines kept, want %d", n, ringLines+1)
	}
	if r.tail(3) != want {
		t.Error("reading the tail changed it")
	}
}
