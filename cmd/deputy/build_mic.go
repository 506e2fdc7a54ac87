package main

import (
	"context"
	"errors"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/portaudio"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
)

// listenFirst opens the microphone and loads the recogniser of this machine beside
// all that is built after them, so that nothing which is said meanwhile is lost.
// With push-to-talk only, the microphone stays closed. A source that is no
// microphone waits, and whoever brings it is to know at once what is missing.
func (h *house) listenFirst(p parts) {
	if p.deaf || p.source != nil {
		return
	}
	if h.cfg.STT.Engine != "remote" && engines {
		h.lazy = newLateTranscriber(func() (stt.Transcriber, error) { return recogniser(h.cfg, "", h.log) })
		h.onClose(h.lazy.Close)
	}
	if h.cfg.Audio.Mode != "push-to-talk" {
		h.mic = newBacklog(h.openMic, h.log)
		h.onClose(h.mic.Close)
	}
}

func (h *house) openMic() (audio.Source, error) {
	mic, err := portaudio.OpenMic(&portaudio.MicOptions{Device: h.cfg.Audio.Input, Changed: h.micChanged, Calm: h.isIdle, Logger: h.log})
	if err != nil {
		return nil, err
	}
	h.trace.listens(mic)
	return mic, nil
}

// source is what is listened to: the microphone, open all the time or, with
// push-to-talk only, while the key is held.
func (h *house) source(p parts) (audio.Source, error) {
	if p.source != nil {
		h.onClose(p.source.Close)
		return p.source, nil
	}
	if h.mic != nil {
		return h.mic, h.mic.wait()
	}
	// It is opened only to know that it can be.
	mic, err := h.openMic()
	if err != nil {
		return nil, err
	}
	if err := mic.Close(); err != nil {
		return nil, err
	}
	held := newHeldMic(h.keys, h.openMic)
	h.onClose(held.Close)
	return held, nil
}

// isIdle says whether nothing goes on that somebody might want to interrupt.
func (h *house) isIdle() bool {
	select {
	case <-h.built:
	default:
		return false
	}
	return h.idleTimer.idle() && !h.keys.Held() && (h.voice == nil || !h.voice.Speaking())
}

// calmAfter is longer than any time in which a word stops something that was
// approved: it must be noticed then as soon as it is spoken.
func calmAfter(cfg configs.Config) time.Duration { return 10*time.Second + cfg.Agent.Grace }

// micChanged tells the owner that the microphone is gone, or back.
func (h *house) micChanged(lost error) {
	<-h.built
	if h.desk == nil {
		return // it could not be built
	}
	if lost != nil {
		h.log.Debug("the microphone is lost", "err", lost)
		h.desk.Tell(event.Notice{Key: "err.microphone_lost"})
		return
	}
	h.desk.Tell(event.Notice{Key: "err.microphone_back"})
}

// transcriber is the recogniser of the configuration. That of this machine takes
// its time to load; what it finds wrong with its model is told later.
func (h *house) transcriber() (stt.Transcriber, error) {
	if h.lazy == nil {
		t, err := recogniser(h.cfg, "", h.log)
		if err == nil {
			h.onClose(t.Close)
		}
		return t, err
	}
	if err := whisper.Find(modelFile(hearingModel(h.cfg.STT.Model))); err != nil {
		return nil, err
	}
	h.workers = append(h.workers, func(ctx context.Context) error {
		if <-h.lazy.ready; h.lazy.err == nil {
			return nil
		}
		h.desk.Tell(event.Notice{Key: "lack.transcriber", Values: map[string]string{"why": h.lazy.err.Error()}})
		return h.listener.source.Close() // nothing would come of what is heard
	})
	return h.lazy, nil
}

// detector is Silero, or the level of the sound where Silero is missing.
func (h *house) detector() (audio.Detector, error) {
	d, err := whisper.NewDetector(modelFile(h.cfg.STT.Detector))
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
