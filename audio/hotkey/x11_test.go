package hotkey

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

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
	put := func(code xproto.Keycode, sym xproto.Keysym) {
		t.Helper()
		if err := xproto.ChangeKeyboardMappingChecked(conn, 1, code, 1, []xproto.Keysym{sym}).Check(); err != nil {
			t.Fatal(err)
		}
	}
	put(k, 'j') // for a moment there is no k at all
	put(j, 'k')
	s.until(t, l, "key", "ctrl+alt+k")
	put(j, 'j')
	l.wantLost(t)
}

func TestDisplayDoesNotAnswer(t *testing.T) {
	s := newServer(t)
	l := listen(t, Options{Display: s.display})
	s.do(t, "keydown", "ctrl", "keydown", "alt", "keydown", "space")
	l.want(t, true)
	stop(t, s.cmd.Process)
	l.want(t, false)
	l.wantLost(t)
	if _, err := Open(t.Context(), Options{Display: s.display, Keys: "F9"}); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("Open: got %v from a display that hangs, want %v", err, ErrNoDesktop)
	}
}

var _ io.Closer = (*Key)(nil)
