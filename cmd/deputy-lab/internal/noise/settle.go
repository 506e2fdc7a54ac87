package noise

import (
	"context"
	"errors"
	"time"
)

// Settle waits until nothing is busy any more, at most a minute.
func Settle(ctx context.Context, busy func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); busy(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return errors.New("this machine is too slow for the trial: something was not dealt with within a minute; play in fewer rooms")
		}
	}
	return nil
}

// Pause waits, but not longer than ctx.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
