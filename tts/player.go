package tts

import (
	"context"
	"errors"
	"io"
	"time"

	"deputy/audio"
)

// Silent plays to nowhere in real time, for a machine without a speaker. The
// zero value is ready.
type Silent struct{}

// Play takes as long as the sound lasts: it reads 20 ms at a time, each at its time.
func (Silent) Play(ctx context.Context, src audio.Source) (heard time.Duration, err error) {
	rate := src.Rate()
	buf := make([]float32, max(1, rate/50))
	due := time.NewTimer(0)
	defer due.Stop()
	next := time.Now()
	for {
		n, err := src.Read(buf)
		if errors.Is(err, io.EOF) {
			return heard, nil
		}
		if ctx.Err() != nil {
			return heard, ctx.Err()
		}
		if err != nil {
			return heard, err
		}
		if now := time.Now(); next.Before(now) {
			next = now // the engine was late: go on from here, don't hurry after
		}
		next = next.Add(lasting(n, rate))
		due.Reset(time.Until(next))
		select {
		case <-due.C:
			heard += lasting(n, rate)
		case <-ctx.Done():
			return heard, ctx.Err()
		}
	}
}

// Close does nothing.
func (Silent) Close() error { return nil }
