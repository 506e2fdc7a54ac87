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
	// settling is how long a keyboard may be without the key while its layout is
	// changed, which happens key by key.
	settling = 3 * time.Second
)

// x11 watches a grabbed key.
type x11 struct {
	conn  *xgb.Conn
	keys  Keys
	place *place
	taken bool // watch's: the grab is in force
	log   *slog.Logger
	once  sync.Once
	work  sync.WaitGroup // read
}

var silence sync.Once

// openX11 takes the key from a display.
func openX11(display string, keys Keys, logger *slog.Logger) (*x11, error) {
	// xgb writes its troubles to stderr; what matters of them comes back as errors.
	silence.Do(func() { xgb.Logger = log.New(io.Discard, "", 0) })
	if display == "" {
		return nil, fmt.Errorf("%w: DISPLAY is not set; use hands-free listening, or let the desktop's own keyboard settings run: deputy ptt toggle", ErrNoDesktop)
	}
	conn, err := within(func() (*xgb.Conn, error) { return xgb.NewConnDisplay(display) })
	if err != nil {
		return nil, fmt.Errorf("%w: the X display %s can't be reached: %w", ErrNoDesktop, display, err)
	}
	x := &x11{conn: conn, keys: keys, log: logger}
	x.place, err = within(func() (*place, error) {
		p, err := findKey(conn, keys)
		if err == nil {
			err = p.grab(conn)
		}
		return p, err
	})
	if err != nil {
		x.close()
		return nil, err
	}
	x.taken = true
	return x, nil
}

// within asks the display, which may be stuck: xgb would wait for it for ever.
func within[T any](ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		value, err := ask()
		got <- answer{value, err}
	}()
	select {
	case a := <-got:
		return a.value, a.err
	case <-time.After(lookLimit):
		var none T
		return none, errStuck
	}
}

var errStuck = errors.New("the X display does not answer")

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
	var missing error // why the layout that came last won't do
	settled := time.NewTimer(settling)
	settled.Stop()
	defer settled.Stop()
	for {
		var err error
		select {
		case p := <-events:
			switch {
			case p.lost != nil:
				return p.lost
			case p.mapping:
				if missing = x.again(w); missing != nil {
					settled.Reset(settling)
				} else {
					settled.Stop()
				}
			default:
				err = w.event(p)
			}
		case <-look.C:
			err = w.check()
		case <-settled.C:
			return fmt.Errorf("%w: the keyboard layout has changed: %w", ErrLost, missing)
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
			if !x.place.has(e.Detail) {
				continue
			}
		case xproto.KeyReleaseEvent:
			p = press{time: e.Time}
			if !x.place.has(e.Detail) {
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

// again takes the key from its new place when the layout has changed. Where
// that fails the key counts as up.
func (x *x11) again(w *follower) error {
	to, err := within(func() (*place, error) { return findKey(x.conn, x.keys) })
	if err != nil {
		w.up()
		return err
	}
	if x.taken && to.equal(x.place) {
		return nil
	}
	x.log.Info("keyboard layout changed; the key is taken again", "key", x.keys)
	w.up()
	x.place.release(x.conn)
	x.place.move(to)
	_, err = within(func() (*place, error) { return to, x.place.grab(x.conn) })
	x.taken = err == nil
	return err
}

// down asks whether the key is down; a display that doesn't answer is gone.
func (x *x11) down() (bool, error) {
	keymap, err := within(func() (*xproto.QueryKeymapReply, error) { return xproto.QueryKeymap(x.conn).Reply() })
	if err == nil && keymap == nil {
		err = io.EOF
	}
	if err != nil {
		return false, fmt.Errorf("%w: ask whether the key is down: %w", ErrLost, err)
	}
	return x.place.downIn(keymap.Keys), nil
}
