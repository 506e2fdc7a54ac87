package app

import (
	"context"
	"errors"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/portaudio"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
)

// listenFirst opens the microphone and loads the recogniser of this machine beside
// all that is built after them, so that nothing which is said meanwhile is lost.
// With push-to-talk only, the microphone stays closed. A source that is no
// microphone waits, and whoever brings it is to know at once what is missing.
func (a *App) listenFirst(p Overrides) {
	if p.Deaf || p.Source != nil {
		return
	}
	if a.Config.STT.Engine != "remote" && HasWhisper {
		a.lazy = listen.NewLazyTranscriber(func() (stt.Transcriber, error) { return Recogniser(a.Config, "", a.log) })
		a.onClose(a.lazy.Close)
	}
	if a.Config.Audio.Mode != "push-to-talk" {
		a.mic = listen.NewPrerollBuffer(a.openMic, a.log)
		a.onClose(a.mic.Close)
	}
}

func (a *App) openMic() (audio.Source, error) {
	mic, err := portaudio.OpenMic(&portaudio.MicOptions{Device: a.Config.Audio.Input, Changed: a.micChanged, Idle: a.isIdle, Logger: a.log})
	if err != nil {
		return nil, err
	}
	a.Trace.listens(mic)
	return mic, nil
}

// source is what is listened to: the microphone, open all the time or, with
// push-to-talk only, while the key is held.
func (a *App) source(p Overrides) (audio.Source, error) {
	if p.Source != nil {
		a.onClose(p.Source.Close)
		return p.Source, nil
	}
	if a.mic != nil {
		return a.mic, a.mic.Wait()
	}
	// It is opened only to know that it can be.
	mic, err := a.openMic()
	if err != nil {
		return nil, err
	}
	if err := mic.Close(); err != nil {
		return nil, err
	}
	held := listen.NewPTTMic(a.Keys, a.openMic)
	a.onClose(held.Close)
	return held, nil
}

// isIdle says whether nothing goes on that somebody might want to interrupt.
func (a *App) isIdle() bool {
	select {
	case <-a.built:
	default:
		return false
	}
	return a.idleTimer.Idle() && !a.Keys.Held() && (a.voice == nil || !a.voice.Speaking())
}

// idleAfter is longer than any time in which a word stops something that was
// approved: it must be noticed then as soon as it is spoken.
func idleAfter(cfg configs.Config) time.Duration { return 10*time.Second + cfg.Agent.Grace }

// micChanged tells the owner that the microphone is gone, or back.
func (a *App) micChanged(lost error) {
	<-a.built
	if a.Desk == nil {
		return // it could not be built
	}
	if lost != nil {
		a.log.Debug("the microphone is lost", "err", lost)
		a.Desk.Tell(event.Notice{Key: "err.microphone_lost"})
		return
	}
	a.Desk.Tell(event.Notice{Key: "err.microphone_back"})
}

// transcriber is the recogniser of the configuration. That of this machine takes
// its time to load; what it finds wrong with its model is told later.
func (a *App) transcriber() (stt.Transcriber, error) {
	if a.lazy == nil {
		t, err := Recogniser(a.Config, "", a.log)
		if err == nil {
			a.onClose(t.Close)
		}
		return t, err
	}
	if err := whisper.Find(ModelFile(hearingModel(a.Config.STT.Model))); err != nil {
		return nil, err
	}
	a.Workers = append(a.Workers, func(ctx context.Context) error {
		if <-a.lazy.Ready; a.lazy.Err == nil {
			return nil
		}
		a.Desk.Tell(event.Notice{Key: "lack.transcriber", Values: map[string]string{"why": a.lazy.Err.Error()}})
		return a.Listener.Source.Close() // nothing would come of what is heard
	})
	return a.lazy, nil
}

// detector is Silero, or the level of the sound where Silero is missing.
func (a *App) detector() (audio.Detector, error) {
	d, err := whisper.NewDetector(ModelFile(a.Config.STT.Detector))
	if errors.Is(err, stt.ErrNoModel) || errors.Is(err, whisper.ErrNotBuilt) {
		a.miss("lack.detector", err)
		return &audio.Energy{}, nil
	}
	if err != nil {
		return nil, err
	}
	a.onClose(d.Close)
	return d, nil
}
