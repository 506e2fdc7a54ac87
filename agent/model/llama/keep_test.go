package llama

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
