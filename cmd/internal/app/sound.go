package app

import (
	"context"
	"fmt"
	"time"

	"deputy/agent"
	"deputy/agent/address"
	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/hotkey"
	"deputy/audio/portaudio"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/tts"
	"deputy/tts/espeak"
	"deputy/tts/piper"
	ttsremote "deputy/tts/remote"
)

// speech is the voice, or nil where nothing can be spoken.
func (h *App) speech(p Overrides, tell func(event.Body)) (agent.Voice, error) {
	if p.Instant {
		return instantVoice{tell, p.Said}, nil
	}
	engines := []tts.Engine{{Name: "stand-in", Synthesizer: p.Synthesizer}}
	if p.Synthesizer == nil {
		var err error
		if engines, err = h.engines(); err != nil {
			return nil, err
		}
	}
	if len(engines) == 0 {
		return nil, nil
	}
	player := p.Player
	if player == nil {
		speaker, err := portaudio.OpenSpeaker(&portaudio.SpeakerOptions{Device: h.Cfg.Audio.Output, Logger: h.log})
		if err != nil {
			h.miss("lack.speaker", err)
			return nil, nil
		}
		player = speaker
	}
	h.onClose(player.Close)
	h.adapter = &voiceAdapter{tell: tell}
	h.voice = tts.NewVoice(tts.Options{
		Engines: engines, Player: player, Began: h.adapter.began, Chimed: h.adapter.chimed, Logger: h.log,
	})
	h.adapter.voice = h.voice
	return h.adapter, nil
}

// engines are the synthesizers to try, the best first.
func (h *App) engines() ([]tts.Engine, error) {
	t := h.Cfg.TTS
	var list []tts.Engine
	if t.Engine == "remote" {
		key, err := configs.ReadSecret(t.Remote.KeyEnv, t.Remote.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tts.remote: %w", err)
		}
		r, err := ttsremote.New(ttsremote.Options{
			BaseURL: t.Remote.URL, Key: key.Reveal(), KeyName: t.Remote.KeyEnv, Model: t.Remote.Model, Voice: t.Remote.Voice, Logger: h.log,
		})
		if err != nil {
			return nil, err
		}
		list = append(list, tts.Engine{Name: "remote", Synthesizer: r})
	}
	if t.Engine == "piper" || t.Engine == "auto" {
		pi, err := piper.New(piper.Options{Logger: h.log})
		switch {
		case err == nil:
			pi.SetPace(t.Speed)
			h.onClose(pi.Close)
			h.Workers = append(h.Workers, func(ctx context.Context) error {
				if err := pi.Warm(ctx); err != nil && ctx.Err() == nil {
					h.log.Warn("piper could not be warmed up", "err", err)
				}
				return nil
			})
			list = append(list, tts.Engine{Name: "piper", Languages: []string{"en"}, Synthesizer: pi})
		case t.Engine == "piper":
			return nil, err
		}
	}
	if t.Engine == "espeak" || t.Engine == "auto" || t.Engine == "piper" {
		es, err := espeak.New(espeak.Options{Voices: espeakVoices(t.Voices)})
		if err != nil {
			h.miss("lack.espeak", err)
			return list, nil
		}
		es.SetPace(t.Speed)
		list = append(list, tts.Engine{Name: "espeak-ng", Synthesizer: es})
	}
	return list, nil
}

func espeakVoices(v configs.Voices) map[string]string {
	out := map[string]string{"en": "en-us", "ko": "ko"}
	if v.En != "" {
		out["en"] = v.En
	}
	if v.Ko != "" {
		out["ko"] = v.Ko
	}
	return out
}

// listen readies the listener: microphone, detector, transcriber, key. Without a
// microphone typed orders remain.
func (h *App) listen(ctx context.Context, p Overrides, c *listen.CPUArbiter) error {
	if h.Cfg.Audio.Mode != "hands-free" && p.Source == nil {
		h.hotkey(ctx)
	}
	source, err := h.source(p)
	if err != nil {
		h.miss("lack.microphone", err)
		return nil
	}
	t := p.Transcriber
	if t == nil {
		if t, err = h.transcriber(); err != nil {
			h.miss("lack.transcriber", err)
			return source.Close()
		}
	}
	if c != nil && h.Cfg.STT.Engine == "whisper" {
		t = c.Exclusive(t)
	}
	detector, err := h.detector()
	if err != nil {
		return err
	}
	h.Listener = &listen.Listener{
		Source: source, Device: h.Cfg.Audio.Input, Detector: detector, Transcriber: t, Tell: h.Desk.Tell, Onset: h.bargeIn(), Touch: h.idleTimer.Touch, Holding: h.Desk.Holding,
		Settled: h.Desk.Settled, Named: h.named, Heard: h.heard(p), Keep: h.recorder.Hold, Log: h.log, Commanded: h.Keys.ByCommand,
		Options: audio.Options{
			MinSilence: h.Cfg.Audio.Endpoint.Min, MaxSilence: h.Cfg.Audio.Endpoint.Max,
			PauseAfter: DraftAfter, Held: h.Keys.Held, Logger: h.log,
		},
	}
	handsFree := h.Cfg.Audio.Mode != "push-to-talk"
	h.Listener.Options.HandsFree = func() bool { return handsFree }
	return nil
}

// named says whether a text begins with Deputy's name.
func (h *App) named(text string) bool {
	_, ok := address.Names(h.Cfg.Agent.Name).Read(text)
	return ok
}

// heard takes note of every utterance.
func (h *App) heard(p Overrides) func(listen.Recognition) {
	return func(u listen.Recognition) {
		h.Trace.hear(u)
		if p.Heard != nil {
			p.Heard(u)
		}
	}
}

// DraftAfter is the quiet after which transcription begins: soon enough that the
// text is there when the endpoint fires, late enough that few pauses inside a
// sentence start a draft for nothing.
const DraftAfter = 150 * time.Millisecond

// bargeIn is what happens when speech begins: the voice falls silent if the speech
// can't be its own.
func (h *App) bargeIn() func() {
	full := h.Cfg.Audio.Duplex == "full"
	return func() {
		if h.voice != nil && (full || h.Keys.Held()) {
			ctx, cancel := context.WithTimeout(context.Background(), longestHush)
			defer cancel()
			if err := h.voice.Hush(ctx); err != nil {
				h.log.Debug("hush", "err", err)
			}
		}
	}
}

// longestHush is how long the microphone isn't read while the voice falls silent:
// a speaker that hangs must not deafen it.
const longestHush = 100 * time.Millisecond

// hotkey watches the keyboard's push-to-talk key where there is a desktop.
func (h *App) hotkey(ctx context.Context) {
	mode := hotkey.Hold
	if h.Cfg.Audio.HotkeyPress == "tap" {
		mode = hotkey.Toggle
	}
	k, err := hotkey.Open(ctx, hotkey.Options{Keys: h.Cfg.Audio.Hotkey, Mode: mode, Logger: h.log})
	if err != nil {
		h.miss("lack.hotkey", err)
		return
	}
	h.onClose(k.Close)
	h.Keys.Also = k.Held
	h.Workers = append(h.Workers, func(ctx context.Context) error {
		if err := k.Run(ctx, func(down bool) {
			if down {
				h.Keys.Press()
			}
		}); err != nil && ctx.Err() == nil {
			h.log.Error("the push-to-talk key is lost; deputy ptt start and stop go on", "err", err)
		}
		return nil
	})
}
