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
func (h *App) listenFirst(p Overrides) {
	if p.Deaf || p.Source != nil {
		return
	}
	if h.Cfg.STT.Engine != "remote" && HasWhisper {
		h.lazy = listen.NewLazyTranscriber(func() (stt.Transcriber, error) { return Recogniser(h.Cfg, "", h.log) })
		h.onClose(h.lazy.Close)
	}
	if h.Cfg.Audio.Mode != "push-to-talk" {
		h.mic = listen.NewPrerollBuffer(h.openMic, h.log)
		h.onClose(h.mic.Close)
	}
}

func (h *App) openMic() (audio.Source, error) {
	mic, err := portaudio.OpenMic(&portaudio.MicOptions{Device: h.Cfg.Audio.Input, Changed: h.micChanged, Calm: h.isIdle, Logger: h.log})
	if err != nil {
		return nil, err
	}
	h.Trace.listens(mic)
	return mic, nil
}

// source is what is listened to: the microphone, open all the time or, with
// push-to-talk only, while the key is held.
func (h *App) source(p Overrides) (audio.Source, error) {
	if p.Source != nil {
		h.onClose(p.Source.Close)
		return p.Source, nil
	}
	if h.mic != nil {
		return h.mic, h.mic.Wait()
	}
	// It is opened only to know that it can be.
	mic, err := h.openMic()
	if err != nil {
		return nil, err
	}
	if err := mic.Close(); err != nil {
		return nil, err
	}
	held := listen.NewPTTMic(h.Keys, h.openMic)
	h.onClose(held.Close)
	return held, nil
}

// isIdle says whether nothing goes on that somebody might want to interrupt.
func (h *App) isIdle() bool {
	select {
	case <-h.built:
	default:
		return false
	}
	return h.idleTimer.Idle() && !h.Keys.Held() && (h.voice == nil || !h.voice.Speaking())
}

// calmAfter is longer than any time in which a word stops something that was
// approved: it must be noticed then as soon as it is spoken.
func calmAfter(cfg configs.Config) time.Duration { return 10*time.Second + cfg.Agent.Grace }

// micChanged tells the owner that the microphone is gone, or back.
func (h *App) micChanged(lost error) {
	<-h.built
	if h.Desk == nil {
		return // it could not be built
	}
	if lost != nil {
		h.log.Debug("the microphone is lost", "err", lost)
		h.Desk.Tell(event.Notice{Key: "err.microphone_lost"})
		return
	}
	h.Desk.Tell(event.Notice{Key: "err.microphone_back"})
}

// transcriber is the recogniser of the configuration. That of this machine takes
// its time to load; what it finds wrong with its model is told later.
func (h *App) transcriber() (stt.Transcriber, error) {
	if h.lazy == nil {
		t, err := Recogniser(h.Cfg, "", h.log)
		if err == nil {
			h.onClose(t.Close)
		}
		return t, err
	}
	if err := whisper.Find(ModelFile(hearingModel(h.Cfg.STT.Model))); err != nil {
		return nil, err
	}
	h.Workers = append(h.Workers, func(ctx context.Context) error {
		if <-h.lazy.Ready; h.lazy.Err == nil {
			return nil
		}
		h.Desk.Tell(event.Notice{Key: "lack.transcriber", Values: map[string]string{"why": h.lazy.Err.Error()}})
		return h.Listener.Source.Close() // nothing would come of what is heard
	})
	return h.lazy, nil
}

// detector is Silero, or the level of the sound where Silero is missing.
func (h *App) detector() (audio.Detector, error) {
	d, err := whisper.NewDetector(ModelFile(h.Cfg.STT.Detector))
	if errors.Is(err, stt.ErrNoModel) || errors.Is(err, whisper.ErrNotBuilt) {
		h.miss("lack.detector", err)
		return &audio.Energy{}, nil
	}
	if err != nil {
		return nil, err
	}
	h.onClose(d.Close)
	return d, nil
}
