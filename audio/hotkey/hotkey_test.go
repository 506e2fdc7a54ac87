package hotkey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jezek/xgb/xproto"
)

// script is a watcher that does what a test says.
type script struct {
	play   func(turn chan<- bool) error
	closed bool
}

func (s *script) watch(ctx context.Context, turn chan<- bool) error { return s.play(turn) }
func (s *script) close()                                            { s.closed = true }

func TestRun(t *testing.T) {
	lost := errors.New("lost")
	press := func(turn chan<- bool, hold, gap time.Duration) {
		turn <- true
		time.Sleep(hold)
		turn <- false
		time.Sleep(gap)
	}
	tests := []struct {
		name string
		mode Mode
		play func(turn chan<- bool) error
		want []string
	}{
		{"hold", Hold, func(turn chan<- bool) error {
			press(turn, 2*time.Second, time.Second)
			press(turn, time.Second, 0)
			return lost
		}, []string{"0s true", "2s false", "3s true", "4s false"}},
		{"lost while down", Hold, func(turn chan<- bool) error {
			turn <- true
			time.Sleep(time.Second)
			return lost
		}, []string{"0s true", "1s false"}},
		{"held too long", Hold, func(turn chan<- bool) error {
			press(turn, 15*time.Second, time.Second)
			press(turn, time.Second, 0)
			return lost
		}, []string{"0s true", "10s false", "16s true", "17s false"}},
		{"toggle", Toggle, func(turn chan<- bool) error {
			press(turn, 200*time.Millisecond, 4800*time.Millisecond)
			press(turn, time.Second, 3*time.Second)
			return lost
		}, []string{"0s true", "5s false"}},
		{"toggled on too long", Toggle, func(turn chan<- bool) error {
			press(turn, time.Second, 14*time.Second)
			press(turn, time.Second, 4*time.Second)
			return lost
		}, []string{"0s true", "10s false", "15s true", "20s false"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &script{play: test.play}
				k := &Key{mode: test.mode, maxHold: 10 * time.Second, watcher: w, log: quiet()}
				var got []string
				began := time.Now()
				err := k.Run(t.Context(), func(down bool) {
					if down != k.Held() {
						t.Errorf("changed says %v and Held %v", down, k.Held())
					}
					got = append(got, fmt.Sprint(time.Since(began), " ", down))
				})
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("changes (-want +got):\n%s", diff)
				}
				if !errors.Is(err, lost) || k.Held() || !w.closed {
					t.Errorf("Run: got %v, held %v, closed %v; want %v, released and closed", err, k.Held(), w.closed, lost)
				}
			})
		})
	}
}

// TestFollower gives events as the display sends them: p press, r release, each
// with its time; after a slash is what the key is from then on when looked at.
func TestFollower(t *testing.T) {
	tests := []struct{ name, events, want string }{
		{"tap", "p10 r20/up", "down up"},
		{"repeats", "p10 r500/down p500 r530/down p530 r560/up", "down up"},
		{"repeat one tick off", "p10 r500/down p501 r600/up", "down up"},
		{"late repeats", "p10 r500/up p500/up r530/up p530/up r560/up", "down up"},
		{"two taps at once", "p10 r50/down p90 r120/up", "down up down up"},
		{"down again after late repeats", "p10 r500/up p500/up p700 r800/up", "down up down up"},
		{"release that never came", "p10 c/up", "down up"},
		{"still down when looked at", "p10 c/down c/down r99/up", "down up"},
		{"lost press", "r20/up p30 r40/up", "down up"},
		{"clock turns over", "p4294967290 r4294967295/down p0 r9/up", "down up"},
		{"at time zero", "p0 r0/up", "down up"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			turn := make(chan bool, 10)
			down := false
			f := &follower{ctx: t.Context(), turn: turn, look: func() (bool, error) { return down, nil }}
			for _, e := range strings.Fields(test.events) {
				what, state, _ := strings.Cut(e, "/")
				if state != "" {
					down = state == "down"
				}
				var at xproto.Timestamp
				fmt.Sscan(what[1:], &at)
				var err error
				switch what[0] {
				case 'p':
					err = f.event(press{down: true, time: at})
				case 'r':
					err = f.event(press{time: at})
				case 'c':
					err = f.check()
				}
				if err != nil {
					t.Errorf("%s: got %v", e, err)
				}
			}
			close(turn)
			var got []string
			for d := range turn {
				got = append(got, map[bool]string{true: "down", false: "up"}[d])
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestModifiersOfAKeyboard(t *testing.T) {
	// Four keys: Alt on Mod1, Num Lock on Mod2, Super on Mod4, nothing else.
	layout := map[xproto.Keycode]xproto.Keysym{64: 0xffe9, 77: 0xff7f, 133: 0xffeb}
	m := &xproto.GetModifierMappingReply{KeycodesPerModifier: 2, Keycodes: make([]xproto.Keycode, 16)}
	m.Keycodes[3*2], m.Keycodes[4*2+1], m.Keycodes[6*2] = 64, 77, 133
	syms := func(c xproto.Keycode) []xproto.Keysym { return []xproto.Keysym{layout[c]} }
	need, locks, err := modsOf(Keys{Mods: Ctrl | Alt | Super}, m, syms)
	if want := uint16(xproto.ModMaskControl | xproto.ModMask1 | xproto.ModMask4); need != want || err != nil {
		t.Errorf("modifiers: got %#x, %v, want %#x", need, err, want)
	}
	slices.Sort(locks)
	if want := []uint16{0, xproto.ModMaskLock, xproto.ModMask2, xproto.ModMaskLock | xproto.ModMask2}; !slices.Equal(locks, want) {
		t.Errorf("locks: got %#x, want %#x", locks, want)
	}
	m.Keycodes[3*2] = 0
	if _, _, err := modsOf(Keys{Mods: Alt}, m, syms); err == nil || !strings.Contains(err.Error(), "no Alt key") {
		t.Errorf("without Alt: got %v, want an error that says so", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	tests := []struct {
		o    Options
		want string
		is   error
	}{
		{Options{}, "DISPLAY is not set", ErrNoDesktop},
		{Options{Display: ":4711"}, "can't be reached", ErrNoDesktop},
		{Options{Keys: "Foo"}, "no key called", nil},
		{Options{Desktop: "mir"}, "want x11 or portal", nil},
		{Options{Desktop: "portal", Bus: "unix:path=/nonexistent"}, "no session bus", ErrNoDesktop},
	}
	for _, test := range tests {
		_, err := Open(t.Context(), test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("Open(%+v): got %v, want an error with %q", test.o, err, test.want)
		}
	}
}
