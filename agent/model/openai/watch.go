package openai

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// errSilent is the cause when the server said nothing for too long.
var errSilent = errors.New("the server went silent")

// A watch cancels a request when no token comes for too long. Time during which
// the server is held on purpose doesn't count.
type watch struct {
	left  atomic.Int64 // nanoseconds of patience
	over  atomic.Bool
	timer *time.Timer
}

// newWatch calls cancel with errSilent when d has passed without renew.
func newWatch(d time.Duration, held func() bool, cancel context.CancelCauseFunc) *watch {
	w := &watch{}
	w.left.Store(int64(d))
	slice := min(d, 200*time.Millisecond)
	ready := make(chan struct{})
	w.timer = time.AfterFunc(slice, func() {
		<-ready // timer is set
		if !held() && w.left.Add(-int64(slice)) <= 0 {
			cancel(errSilent)
			return
		}
		w.timer.Reset(slice)
		if w.over.Load() { // stop came between: it must not tick on
			w.timer.Stop()
		}
	})
	close(ready)
	return w
}

func (w *watch) renew(d time.Duration) { w.left.Store(int64(d)) }

func (w *watch) stop() {
	w.over.Store(true)
	w.timer.Stop()
}
