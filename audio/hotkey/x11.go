package hotkey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

const (
	// lookEvery is how often a held key is looked at, so that a release that
	// never came doesn't leave it held.
	lookEvery = 150 * time.Millisecond
	// lookLimit is how long the display may take to answer before it counts as
	// gone.
	lookLimit = 2 * time.Second
	// repeatGap is the most, in milliseconds of the display's clock, between the
	// release and the press of one auto-repeat; they usually carry the same time.
	repeatGap = 2
)

// x11 watches a grabbed key.
type x11 struct {
	conn *xgb.Conn
	keys Keys
	grab grab
	log  *slog.Logger
	once sync.Once
	work sync.WaitGroup // read and its watch
}

var silence sync.Once

func openX11(display string, keys Keys, logger *slog.Logger) (*x11, error) {
	// xgb writes its troubles to stderr; what matters of them comes back as errors.
	silence.Do(func() { xgb.Logger = log.New(io.Discard, "", 0) })
	if display == "" {
		return nil, fmt.Errorf("%w: DISPLAY is not set; use hands-free listening, or let the desktop's own keyboard settings run: deputy ptt toggle", ErrNoDesktop)
	}
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("%w: the X display %s can't be reached: %w", ErrNoDesktop, display, err)
	}
	x := &x11{conn: conn, keys: keys, log: logger}
	if x.grab, err = findKey(conn, keys); err == nil {
		err = x.grab.take(conn)
	}
	if err != nil {
		x.close()
		return nil, err
	}
	return x, nil
}

// close gives up the connection, and the key with it. It waits for read, but
// not for a display that is stuck.
func (x *x11) close() {
	x.once.Do(func() {
		x.conn.Close()
		gone := make(chan struct{})
		go func() { x.work.Wait(); close(gone) }()
		select {
		case <-gone:
		case <-time.After(lookLimit):
		}
	})
}

// press is what the display says about the key: an event, or its end.
type press struct {
	down    bool
	time    xproto.Timestamp
	mapping bool // the keyboard was laid out anew
	lost    error
}

func (x *x11) watch(ctx context.Context, turn chan<- bool) error {
	events := make(chan press)
	x.work.Go(func() { x.read(ctx, events) })
	w := &follower{ctx: ctx, turn: turn, look: x.down}
	look := time.NewTicker(lookEvery)
	look.Stop()
	defer look.Stop()
	for {
		var err error
		select {
		case p := <-events:
			switch {
			case p.lost != nil:
				return p.lost
			case p.mapping:
				err = x.again(w)
			default:
				err = w.event(p)
			}
		case <-look.C:
			err = w.check()
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
		if w.down {
			look.Reset(lookEvery)
		} else {
			look.Stop()
		}
	}
}

// read hands on what concerns the key until the connection ends; xgb has no
// read that ends with a ctx, so it is close that ends it.
func (x *x11) read(ctx context.Context, events chan<- press) {
	for {
		var p press
		event, xerr := x.conn.WaitForEvent()
		switch e := event.(type) {
		case xproto.KeyPressEvent:
			p = press{down: true, time: e.Time}
			if !x.grab.has(e.Detail) {
				continue
			}
		case xproto.KeyReleaseEvent:
			p = press{time: e.Time}
			if !x.grab.has(e.Detail) {
				continue
			}
		case xproto.MappingNotifyEvent:
			if e.Request == xproto.MappingPointer {
				continue
			}
			p.mapping = true
		case nil:
			if xerr != nil {
				continue // about a request that nobody waits for
			}
			p.lost = fmt.Errorf("%w: the X display has closed the connection", ErrLost)
		default:
			continue
		}
		select {
		case events <- p:
		case <-ctx.Done():
			return
		}
		if p.lost != nil {
			return
		}
	}
}

// again takes the key from its new place when the layout has changed.
func (x *x11) again(w *follower) error {
	g, err := findKey(x.conn, x.keys)
	if err != nil {
		return fmt.Errorf("%w: the keyboard layout has changed: %w", ErrLost, err)
	}
	if g.equal(x.grab) {
		return nil
	}
	x.log.Info("keyboard layout changed; the key is taken again", "key", x.keys)
	if err := w.up(); err != nil {
		return err
	}
	x.grab.release(x.conn)
	x.grab.set(g)
	if err := x.grab.take(x.conn); err != nil {
		return fmt.Errorf("%w: the keyboard layout has changed: %w", ErrLost, err)
	}
	return nil
}

// down asks whether the key is down; a display that doesn't answer is gone.
func (x *x11) down() (bool, error) {
	type answer struct {
		keymap *xproto.QueryKeymapReply
		err    error
	}
	got := make(chan answer, 1)
	go func() {
		keymap, err := xproto.QueryKeymap(x.conn).Reply()
		got <- answer{keymap, err}
	}()
	select {
	case a := <-got:
		if a.err != nil || a.keymap == nil {
			return false, fmt.Errorf("%w: ask the X display: %w", ErrLost, errors.Join(a.err))
		}
		return x.grab.downIn(a.keymap.Keys), nil
	case <-time.After(lookLimit):
		return false, fmt.Errorf("%w: the X display does not answer", ErrLost)
	}
}

// A follower tells a key that repeats itself from one that is let go. X sends a
// release and a press for each repeat of a key that is held, at the same time.
type follower struct {
	ctx  context.Context
	turn chan<- bool
	look func() (bool, error)

	down     bool
	any      bool             // there was a release
	released xproto.Timestamp // the last release
	doubtful bool             // the key was down when it was looked at after that
}

// event takes one press or release.
func (f *follower) event(p press) error {
	if !p.down {
		return f.release(p)
	}
	repeat := f.any && p.time-f.released <= repeatGap
	switch {
	case f.down && f.doubtful && !repeat:
		// The key was up between: it was tapped twice faster than it could be
		// looked at.
		if err := f.up(); err != nil {
			return err
		}
	case !f.down && repeat:
		// The rest of a key that repeated itself until it was let go, unless it
		// is down again by now.
		if down, err := f.look(); err != nil || !down {
			return err
		}
	}
	f.doubtful = false
	return f.set(true)
}

func (f *follower) release(p press) error {
	f.any, f.released = true, p.time
	if !f.down {
		return nil
	}
	down, err := f.look()
	if err != nil {
		return err
	}
	if !down {
		return f.up()
	}
	f.doubtful = true
	return nil
}

// check looks at a key that should be down.
func (f *follower) check() error {
	if !f.down {
		return nil
	}
	if down, err := f.look(); err != nil || down {
		return err
	}
	return f.up()
}

func (f *follower) up() error {
	f.doubtful = false
	return f.set(false)
}

func (f *follower) set(down bool) error {
	if f.down == down {
		return nil
	}
	f.down = down
	select {
	case f.turn <- down:
	case <-f.ctx.Done():
	}
	return nil
}
