package rehearsal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/cmd/internal/listen"
	"deputy/internal/textnorm"
)

// hear tells the desk a text as if it had just been spoken; how says more about
// it, as the scene does.
func (r *Rehearsal) hear(ctx context.Context, text string, confidence float32, how []string) error {
	text, err := r.fill(ctx, text)
	if err != nil {
		return err
	}
	lang := "en"
	if textnorm.HasHangul(text) {
		lang = "ko"
	}
	h := event.Heard{
		Text: text, Language: lang, Confidence: confidence, Lowest: confidence * 0.9, Voiced: confidence, SNR: 30 * confidence,
	}
	takes := time.Duration(0)
	for _, w := range how {
		if w == "key" {
			h.Key = true
		} else if takes, err = time.ParseDuration(w); err != nil {
			return err
		}
	}
	// Speaking takes time: the words begin after whatever was just asked.
	if err := r.pass(ctx, 300*time.Millisecond); err != nil {
		return err
	}
	h.Began = time.Now()
	r.spoken-- // a listener's numbers lie above
	r.App.Desk.Tell(event.Speech{ID: r.spoken, At: h.Began})
	if err := r.pass(ctx, takes); err != nil {
		return err
	}
	h.Ended = time.Now()
	r.App.Desk.Tell(h)
	r.App.Desk.Tell(event.Silence{ID: r.spoken})
	return r.turn(ctx)
}

// recording reads a sound file at audio.Rate.
func (r *Rehearsal) recording(ctx context.Context, name string) ([]float32, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.from, os.ExpandEnv(name))
	}
	return listen.ReadSound(ctx, path)
}

// put plays samples at audio.Rate into the microphone, to the end of the
// utterance that is in them.
func (r *Rehearsal) put(ctx context.Context, samples []float32) error {
	// The last utterance needs its endpoint: the longest silence and a little.
	samples = append(samples, make([]float32, audio.Count(r.Config.Audio.Endpoint.Max+500*time.Millisecond))...)
	select {
	case <-r.Stage.Play(samples):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Speak plays a recording into the microphone and waits until it was dealt with.
func (r *Rehearsal) Speak(ctx context.Context, name string) error {
	samples, err := r.recording(ctx, name)
	if err != nil {
		return err
	}
	return r.SpeakSamples(ctx, samples)
}

// SpeakSamples plays samples at audio.Rate into the microphone and waits until
// they were dealt with.
func (r *Rehearsal) SpeakSamples(ctx context.Context, samples []float32) error {
	return errors.Join(r.put(ctx, samples), r.Rest(ctx))
}
