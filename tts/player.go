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

// Play takes as long as the sound lasts.
func (Silent) Play(ctx context.Context, src audio.Source) (time.Duration, error) {
	return frames(ctx, src, nil)
}

// Close does nothing.
func (Silent) Close() error { return nil }

// A Recorder plays in real time into Write. It stands for a speaker in tests
// and demonstrations.
type Recorder struct {
	// Write is given each 20 ms of mono samples in [-1, 1] as they would sound,
	// with their rate in hertz, which may differ from sentence to sentence. It
	// must not keep them. Its error ends the Play.
	Write func(samples []float32, rate int) error
	// Done is called by Close; it may be nil.
	Done func() error
}

// Play takes as long as the sound lasts.
func (r *Recorder) Play(ctx context.Context, src audio.Source) (time.Duration, error) {
	return frames(ctx, src, r.Write)
}

// Close ends the recording.
func (r *Recorder) Close() error {
	if r.Done == nil {
		return nil
	}
	return r.Done()
}

// frames hands a source on in frames of 20 ms, each at its time.
func frames(ctx context.Context, src audio.Source, out func([]float32, int) error) (heard time.Duration, err error) {
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
		if out != nil {
			if err := out(buf[:n], rate); err != nil {
				return heard, err
			}
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
