package hotkey

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
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

func TestHold(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
	l.want(t, true)
	if !l.Held() {
		t.Error("Held: got false while the key is down, want true")
	}
	s.do(t, "keyup", "space", "keyup", "alt", "keyup", "ctrl")
	l.want(t, false)
	s.do(t, "key", "space", "key", "ctrl+space", "key", "alt+space", "key", "ctrl+alt+shift+space", "key", "ctrl+alt+a")
	l.none(t, s)
}

func TestHoldWhenModifiersGoFirst(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space", "keyup", "ctrl", "keyup", "alt")
	l.want(t, true)
	s.do(t, "keyup", "space")
	l.want(t, false)
	l.none(t, s)
}

func TestAutoRepeatIsNotARelease(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	// xdotool waits here while the display repeats the key: 25 times a second
	// after 0.66 s, unless it is set otherwise.
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space", "sleep", "2", "keyup", "space", "keyup", "alt", "keyup", "ctrl")
	l.want(t, true, false)
	l.none(t, s)
}

func TestQuickTaps(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "key", "--repeat", "10", "--delay", "30", "ctrl+alt+space")
	for range 10 {
		l.want(t, true, false)
	}
	l.none(t, s)
}

func TestToggle(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display, Mode: Toggle})
	s.do(t, "key", "ctrl+alt+space")
	l.want(t, true)
	if !l.Held() {
		t.Error("Held: got false after a tap, want true")
	}
	s.do(t, "key", "ctrl+alt+space")
	l.want(t, false)
}

func TestLockKeysDoNotMatter(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	for _, lock := range []string{"Num_Lock", "Caps_Lock", "Num_Lock"} {
		s.do(t, "key", lock)
		// --clearmodifiers is left out: the lock stays on.
		s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
		l.want(t, true)
		s.do(t, "keyup", "space", "keyup", "alt", "keyup", "ctrl")
		l.want(t, false)
	}
}

func TestOtherKeys(t *testing.T) {
	s := newServer(t)
	for keys, does := range map[string]string{"F9": "F9", "Super+k": "super+k", "Ctrl+Shift+Pause": "ctrl+shift+Pause"} {
		t.Run(keys, func(t *testing.T) {
			l := listen(t, Options{Display: s.display, Keys: keys})
			s.do(t, "key", does)
			l.want(t, true, false)
		})
	}
}

func TestServerKilledWhileHeld(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
	l.want(t, true)
	s.kill()
	l.want(t, false)
	l.wantLost(t)
}

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

func TestHeldTooLong(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display, MaxHold: 300 * time.Millisecond})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
	l.want(t, true, false)
	s.do(t, "keyup", "space", "keyup", "alt", "keyup", "ctrl")
	l.none(t, s)
}

func TestKeyTaken(t *testing.T) {
	s := newServer(t)
	first := listen(t, Options{Display: s.display})
	_, err := Open(t.Context(), Options{Display: s.display})
	if !errors.Is(err, ErrTaken) {
		t.Fatalf("got %v for a key that another has, want %v", err, ErrTaken)
	}
	first.none(t, s)
	other := listen(t, Options{Display: s.display, Keys: "F9"})
	s.do(t, "key", "F9")
	other.want(t, true, false)
}

func TestKeyIsGivenBack(t *testing.T) {
	s := newServer(t)
	for range 3 {
		k, err := Open(t.Context(), Options{Display: s.display})
		if err != nil {
			t.Fatalf("Open: got %v, want nil", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := k.Run(ctx, nil); err != nil {
			t.Errorf("Run: got %v, want nil", err)
		}
	}
}

func TestLayoutChanges(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display, Keys: "Ctrl+Alt+K"})
	s.do(t, "key", "ctrl+alt+k")
	l.want(t, true, false)
	conn, err := xgb.NewConnDisplay(s.display)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const j, k = 44, 45 // where they are on a PC's keyboard
	for code, sym := range map[xproto.Keycode]xproto.Keysym{j: 'k', k: 'j'} {
		if err := xproto.ChangeKeyboardMappingChecked(conn, 1, code, 1, []xproto.Keysym{sym}).Check(); err != nil {
			t.Fatal(err)
		}
	}
	s.until(t, l, "key", "ctrl+alt+k")
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

func TestDisplayDoesNotAnswer(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
	l.want(t, true)
	stop(t, s.cmd.Process)
	l.want(t, false)
	l.wantLost(t)
}

var _ io.Closer = (*Key)(nil)
