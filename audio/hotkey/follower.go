package hotkey

import (
	"context"

	"github.com/jezek/xgb/xproto"
)

// repeatGap is the most, in milliseconds of the display's clock, between the
// release and the press of one auto-repeat; they usually carry the same time.
const repeatGap = 2

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
		f.up()
	case !f.down && repeat:
		// The rest of a key that repeated itself until it was let go, unless it
		// is down again by now.
		if down, err := f.look(); err != nil || !down {
			return err
		}
	}
	f.doubtful = false
	f.set(true)
	return nil
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
	f.doubtful = down
	if !down {
		f.up()
	}
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
	f.up()
	return nil
}

func (f *follower) up() {
	f.doubtful = false
	f.set(false)
}

func (f *follower) set(down bool) {
	if f.down == down {
		return
	}
	f.down = down
	select {
	case f.turn <- down:
	case <-f.ctx.Done():
	}
}
