package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest/pulse"
	"deputy/audio/wav"
	"deputy/tts/piper"
)

// A room is a private sound server with a virtual microphone and speaker, a
// synthetic user who speaks into the one, and a recording of the other.
type room struct {
	pulse     *pulse.Server
	user      *piper.Piper
	recording string // what came out of the speaker, WAV
	taped     chan error
	tape      audio.Source
}

// openRoom starts a room whose files lie in dir.
func openRoom(ctx context.Context, dir string) (r *room, err error) {
	r = &room{recording: filepath.Join(dir, "speaker.wav"), taped: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	if r.pulse, err = pulse.Start(context.WithoutCancel(ctx), filepath.Join(dir, "sound")); err != nil {
		return nil, fmt.Errorf("start the private sound server: %w", err)
	}
	if r.user, err = piper.New(piper.Options{}); err != nil {
		return nil, fmt.Errorf("the synthetic user needs a voice: %w", err)
	}
	if r.tape, err = r.pulse.Hear(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("record the speaker: %w", err)
	}
	w, err := wav.Create(r.recording, r.tape.Rate())
	if err != nil {
		return nil, err
	}
	go func() {
		buf := make([]float32, audio.FrameSize)
		for {
			n, err := r.tape.Read(buf)
			if err != nil {
				break
			}
			if err := w.Write(buf[:n]); err != nil {
				r.taped <- errors.Join(err, w.Close())
				return
			}
		}
		r.taped <- w.Close()
	}()
	return r, nil
}

// env is the environment of a program that lives in the room: its sound server,
// and a runtime directory of its own, where its socket is.
func (r *room) env(runtimeDir string) []string {
	var env []string
	own := append(r.pulse.Env(), "XDG_RUNTIME_DIR="+runtimeDir)
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if !named(own, name) && !strings.HasPrefix(name, "DEPUTY_") {
			env = append(env, e)
		}
	}
	// The caches (models, native programs) stay where they are.
	if cache, err := os.UserCacheDir(); err == nil {
		own = append(own, "XDG_CACHE_HOME="+cache)
	}
	return append(env, own...)
}

func named(env []string, name string) bool {
	for _, e := range env {
		if strings.HasPrefix(e, name+"=") {
			return true
		}
	}
	return false
}

// say speaks a text into the microphone.
func (r *room) say(ctx context.Context, text string) error {
	src, err := r.user.Synthesize(ctx, text, "en")
	if err != nil {
		return fmt.Errorf("speak as the user: %w", err)
	}
	defer src.Close()
	samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
	if err != nil {
		return fmt.Errorf("speak as the user: %w", err)
	}
	// Nobody speaks the very moment the other one stops.
	breath := make([]float32, audio.Count(500*time.Millisecond))
	return r.pulse.Speak(ctx, append(breath, samples...))
}

// Close ends the recording, then the server.
func (r *room) Close() error {
	var errs []error
	if r.tape != nil {
		errs = append(errs, r.tape.Close(), <-r.taped)
	}
	if r.user != nil {
		errs = append(errs, r.user.Close())
	}
	if r.pulse != nil {
		r.pulse.Stop()
	}
	return errors.Join(errs...)
}
