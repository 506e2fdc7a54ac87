package ttstest

import (
	"context"
	"time"

	"deputy/audio"
	"deputy/tts"
)

// A Recorder is a speaker that plays in real time into Write: each 20 ms of mono samples
// in [-1, 1], with their rate in hertz, which may differ from sentence to sentence. Its
// error ends the Play.
type Recorder struct {
	tts.Silent
	Write func(samples []float32, rate int) error
}

// Play takes as long as the sound lasts.
func (r Recorder) Play(ctx context.Context, src audio.Source) (time.Duration, error) {
	return r.Silent.Play(ctx, written{src, func(samples []float32) error {
		if ctx.Err() != nil {
			return nil // no longer heard
		}
		return r.Write(samples, src.Rate())
	}})
}

// written hands what is read from a Source to write as well.
type written struct {
	audio.Source
	write func([]float32) error
}

func (w written) Read(buf []float32) (int, error) {
	n, err := w.Source.Read(buf)
	if err == nil {
		err = w.write(buf[:n])
	}
	return n, err
}
