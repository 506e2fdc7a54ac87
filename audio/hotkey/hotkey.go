// Package hotkey tells whether the push-to-talk key is held. It knows keys, X11
// and the desktop portal. It must not know what is recorded meanwhile.
//
// Whatever goes wrong, the key counts as released: a microphone that stays open
// is worse than an order that has to be said again.
package hotkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// Sentinels on which callers branch.
var (
	// ErrTaken says that another program has the key.
	ErrTaken = errors.New("the key is taken by another program")
	// ErrNoDesktop says that there is neither an X display nor a portal.
	ErrNoDesktop = errors.New("no desktop to get a key from")
	// ErrLost says that the key can't be watched any more: the display or the
	// portal is gone.
	ErrLost = errors.New("the key is lost")
)

// DefaultKeys is the key where none is chosen.
const DefaultKeys = "Ctrl+Alt+Space"

// Mode is what the key does.
type Mode int

const (
	// Hold: it counts as held while it is down.
	Hold Mode = iota
	// Toggle: it counts as held from one tap to the next.
	Toggle
)

// Options choose the key; the zero value is hold-to-talk on Ctrl+Alt+Space.
type Options struct {
	// Keys is written as ParseKeys reads it; "" means DefaultKeys.
	Keys string
	Mode Mode
	// MaxHold is how long it can count as held without a break, so that a book
	// on the keyboard doesn't record all night; 0 means 2 minutes.
	MaxHold time.Duration
	// Display is the X display; "" means $DISPLAY.
	Display string
	// Bus is the address of the session bus for the portal; "" means the
	// session's own.
	Bus string
	// Desktop is "x11" or "portal"; "" takes the portal in a Wayland session,
	// and X11 otherwise or where there is no portal.
	Desktop string
	// Logger is silent when nil.
	Logger *slog.Logger
}

// A watcher watches one key of one desktop.
type watcher interface {
	// watch sends true when the key goes down and false when it comes up, never
	// the same twice, until ctx ends (nil) or the key is lost (an error).
	watch(ctx context.Context, turn chan<- bool) error
	close()
}

// A Key is a global key. Held may be called from any goroutine at any time.
type Key struct {
	mode    Mode
	maxHold time.Duration
	log     *slog.Logger
	watcher watcher
	held    atomic.Bool
}

// Open takes the key from the desktop. Nothing is watched until Run. The error
// says what to do: ErrTaken, ErrNoDesktop, or a key that can't be parsed.
func Open(ctx context.Context, o Options) (*Key, error) {
	if o.Keys == "" {
		o.Keys = DefaultKeys
	}
	keys, err := ParseKeys(o.Keys)
	if err != nil {
		return nil, err
	}
	if o.MaxHold <= 0 {
		o.MaxHold = 2 * time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	w, err := open(ctx, o, keys)
	if err != nil {
		return nil, err
	}
	return &Key{mode: o.Mode, maxHold: o.MaxHold, log: o.Logger, watcher: w}, nil
}

func open(ctx context.Context, o Options, keys Keys) (watcher, error) {
	display := o.Display
	if display == "" {
		display = os.Getenv("DISPLAY")
	}
	wayland := os.Getenv("WAYLAND_DISPLAY") != ""
	switch o.Desktop {
	case "x11":
		return openX11(display, keys, o.Logger)
	case "portal":
		return openPortal(ctx, o.Bus, keys)
	case "":
	default:
		return nil, fmt.Errorf("the desktop is %q, want x11 or portal", o.Desktop)
	}
	var none error
	if wayland {
		// X11's grab would be taken, but by XWayland: it sees the key only while
		// a window of its own has the focus.
		w, err := openPortal(ctx, o.Bus, keys)
		if err == nil || ctx.Err() != nil || display == "" || errors.Is(err, ErrTaken) {
			return w, err
		}
		none = err
		o.Logger.Warn("no portal; the key works only over X11 windows", "err", err)
	}
	w, err := openX11(display, keys, o.Logger)
	if err != nil {
		return nil, errors.Join(none, err)
	}
	return w, nil
}

// Held says whether to record now: the key is down, or toggled on. It is false
// before Run, after it, and as soon as anything goes wrong.
func (k *Key) Held() bool { return k.held.Load() }

// Run watches the key until ctx ends (nil) or the key is lost (ErrLost). It
// calls changed, which may be nil, on its own goroutine each time that Held
// changes; at the end Held is false and changed was told so. It is called once,
// and gives the key back to the desktop.
func (k *Key) Run(ctx context.Context, changed func(down bool)) error {
	wctx, stop := context.WithCancel(ctx)
	defer stop()
	turn, ended := make(chan bool), make(chan error, 1)
	go func() { ended <- k.watcher.watch(wctx, turn) }()
	err := k.follow(turn, ended, changed)
	k.set(false, changed)
	stop()
	k.watcher.close()
	return err
}

// follow turns presses into held or not.
func (k *Key) follow(turn <-chan bool, ended <-chan error, changed func(bool)) error {
	limit := time.NewTimer(k.maxHold)
	limit.Stop()
	defer limit.Stop()
	for {
		select {
		case down := <-turn:
			held := down
			if k.mode == Toggle {
				if !down {
					continue
				}
				held = !k.Held()
			}
			k.set(held, changed)
			if held {
				limit.Reset(k.maxHold)
			} else {
				limit.Stop()
			}
		case <-limit.C:
			k.log.Warn("push-to-talk ended: held too long", "limit", k.maxHold)
			k.set(false, changed)
		case err := <-ended:
			return err
		}
	}
}

func (k *Key) set(held bool, changed func(bool)) {
	if k.held.Swap(held) != held && changed != nil {
		changed(held)
	}
}

// Close gives the key back where Run was never called.
func (k *Key) Close() error {
	k.watcher.close()
	return nil
}
