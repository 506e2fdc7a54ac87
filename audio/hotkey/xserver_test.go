package hotkey

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// limit is how long anything here may take.
const limit = 20 * time.Second

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// need skips a test for which a program is missing.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatalf("%s is not installed: scripts/setup packages", p)
		}
		t.Skipf("%s is not installed: scripts/setup packages", p)
	}
}

// xserver is a display of the test's own.
type xserver struct {
	display string
	cmd     *exec.Cmd
}

func newServer(t *testing.T) *xserver {
	t.Helper()
	need(t, "Xvfb", "xdotool")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "320x240x8", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	s := &xserver{cmd: cmd}
	t.Cleanup(s.kill)
	r.SetReadDeadline(time.Now().Add(limit))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb gave no display: %v", err)
	}
	s.display = ":" + strings.TrimSpace(line)
	return s
}

func (s *xserver) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// do runs xdotool.
func (s *xserver) do(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("xdotool %v: %v: %s", args, err, out)
	}
}

// listener is a Key that runs.
type listener struct {
	*Key
	changes chan bool
	ended   chan error
}

func listen(t *testing.T, o Options) *listener {
	t.Helper()
	o.Logger = quiet()
	k, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: got %v, want nil", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{Key: k, changes: make(chan bool, 100), ended: make(chan error, 1)}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		l.ended <- k.Run(ctx, func(down bool) { l.changes <- down })
	}()
	t.Cleanup(func() { cancel(); <-gone })
	return l
}

// want waits for the next changes.
func (l *listener) want(t *testing.T, changes ...bool) {
	t.Helper()
	for i, want := range changes {
		select {
		case got := <-l.changes:
			if got != want {
				t.Errorf("change %d: got %v, want %v", i, got, want)
			}
		case <-time.After(limit):
			t.Fatalf("change %d: got none, want %v", i, want)
		}
	}
}

// none checks that nothing has changed up to now: another tap comes through as
// the next change.
func (l *listener) none(t *testing.T, s *xserver) {
	t.Helper()
	select {
	case got := <-l.changes:
		t.Errorf("got a change to %v, want none", got)
	default:
	}
	s.do(t, "key", "ctrl+alt+space")
	l.want(t, true, false)
}

// wantLost waits for Run to end because the key is gone.
func (l *listener) wantLost(t *testing.T) {
	t.Helper()
	select {
	case err := <-l.ended:
		if !errors.Is(err, ErrLost) || l.Held() {
			t.Errorf("Run: got %v, held %v; want %v and released", err, l.Held(), ErrLost)
		}
	case <-time.After(limit):
		t.Error("Run didn't end")
	}
}

// until repeats a tap until it arrives, for what takes effect a little later.
func (s *xserver) until(t *testing.T, l *listener, tap ...string) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); {
		s.do(t, tap...)
		select {
		case got := <-l.changes:
			if !got {
				t.Errorf("got a release first, want a press")
			}
			l.want(t, false)
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Error("the tap never arrived")
}
