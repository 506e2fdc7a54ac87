package voices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deputy/audio"
	"deputy/configs"
	"deputy/configs/models"
	"deputy/stt"
	"deputy/stt/whisper"
)

// A Listener hears as Deputy's does, with its default configuration, but faster than
// in real time: the endpoint goes by the speaker's pauses, without the hints of a
// draft.
type Listener struct {
	detector    *whisper.Detector
	transcriber *whisper.Transcriber
	options     audio.Options
}

// OpenListener loads the recogniser and the voice detector of the default
// configuration, but for one thread: measurements run beside other work, and
// threads that wait for one another then lose more than they win.
func OpenListener() (*Listener, error) {
	cfg := configs.Default()
	path := func(name string) string { return models.Embedded().Path(configs.UserPaths().Models(), name) }
	d, err := whisper.NewDetector(path(cfg.STT.Detector))
	if err != nil {
		return nil, err
	}
	t, err := whisper.New(whisper.Options{Model: path("base-q8_0"), Languages: cfg.Language.Set, Names: cfg.Agent.Name, Threads: 1, Floor: cfg.STT.WindowFloor})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &Listener{d, t, audio.Options{
		MinSilence: cfg.Audio.Endpoint.Min, MaxSilence: cfg.Audio.Endpoint.Max, PauseAfter: 150 * time.Millisecond,
	}}, nil
}

// Close frees both.
func (e *Listener) Close() error { return errors.Join(e.transcriber.Close(), e.detector.Close()) }

// A Heard is one utterance that came through.
type Heard struct {
	stt.Transcript
	// Key says that the push-to-talk key was held; whoever judges it sets it.
	Key bool
	// Filtered says why it is no speech, "" if it may be.
	Filtered string
}

// Hear gives every utterance in samples, in order.
func (e *Listener) Hear(ctx context.Context, samples []float32) ([]Heard, error) {
	e.detector.Reset()
	var out []Heard
	for ev, err := range audio.Listen(audio.Slice(samples, audio.Rate), e.detector, &e.options) {
		if err != nil {
			return out, err
		}
		u, ok := ev.(audio.Utterance)
		if !ok {
			continue
		}
		t, err := e.transcriber.Transcribe(ctx, u)
		if err != nil {
			return out, fmt.Errorf("hear: %w", err)
		}
		h := Heard{Transcript: t}
		if why, noise := stt.Noise(t); noise {
			h.Filtered = why
		} else if t.Text == "" {
			h.Filtered = "no text"
		}
		out = append(out, h)
	}
	return out, nil
}
