package main

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
	"deputy/configs"
	"deputy/tts"
	"deputy/tts/espeak"
	"deputy/tts/piper"
	ttsremote "deputy/tts/remote"
)

// speech is the voice, or nil where nothing can be spoken.
func (h *house) speech(p parts, tell func(event.Body)) (agent.Voice, error) {
	if p.instant {
		return instantVoice{tell, p.said}, nil
	}
	engines := []tts.Engine{{Name: "stand-in", Synthesizer: p.synthesizer}}
	if p.synthesizer == nil {
		var err error
		if engines, err = h.engines(); err != nil {
			return nil, err
		}
	}
	if len(engines) == 0 {
		return nil, nil
	}
	player := p.player
	if player == nil {
		speaker, err := portaudio.OpenSpeaker(&portaudio.SpeakerOptions{Device: h.cfg.Audio.Output, Logger: h.log})
		if err != nil {
			h.miss("lack.speaker", err)
			return nil, nil
		}
		player = speaker
	}
	h.onClose(player.Close)
	h.adapter = &mouth{tell: tell}
	h.voice = tts.NewVoice(tts.Options{
		Engines: engines, Player: player, Began: h.adapter.began, Chimed: h.adapter.chimed, Logger: h.log,
	})
	h.adapter.voice = h.voice
	return h.adapter, nil
}

// engines are the synthesizers to try, the best first.
func (h *house) engines() ([]tts.Engine, error) {
	t := h.cfg.TTS
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
			h.workers = append(h.workers, func(ctx context.Context) error {
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
func (h *house) listen(ctx context.Context, p parts, c *cores) error {
	if h.cfg.Audio.Mode != "hands-free" && p.source == nil {
		h.hotkey(ctx)
	}
	source, err := h.source(p)
	if err != nil {
		h.miss("lack.microphone", err)
		return nil
	}
	t := p.transcriber
	if t == nil {
		if t, err = h.transcriber(); err != nil {
			h.miss("lack.transcriber", err)
			return source.Close()
		}
	}
	if c != nil && h.cfg.STT.Engine == "whisper" {
		t = sharer{t, c}
	}
	detector, err := h.detector()
	if err != nil {
		return err
	}
	h.listener = &ear{
		source: source, device: h.cfg.Audio.Input, detector: detector, transcriber: t, tell: h.desk.Tell, onset: h.bargeIn(), touch: h.idleTimer.touch, holding: h.desk.Holding,
		settled: h.desk.Settled, named: h.named, heard: h.heard(p), keep: h.recorder.hold, log: h.log, commanded: h.keys.byCommand,
		options: audio.Options{
			MinSilence: h.cfg.Audio.Endpoint.Min, MaxSilence: h.cfg.Audio.Endpoint.Max,
			PauseAfter: draftAfter, Held: h.keys.Held, Logger: h.log,
		},
	}
	handsFree := h.cfg.Audio.Mode != "push-to-talk"
	h.listener.options.HandsFree = func() bool { return handsFree }
	return nil
}

// named says whether a text begins with Deputy's name.
func (h *house) named(text string) bool {
	_, ok := address.Names(h.cfg.Agent.Name).Read(text)
	return ok
}

// heard takes note of every utterance.
func (h *house) heard(p parts) func(hearing) {
	return func(u hearing) {
		h.trace.hear(u)
		if p.heard != nil {
			p.heard(u)
		}
	}
}

// draftAfter is the quiet after which transcription begins: soon enough that the
// text is there when the endpoint fires, late enough that few pauses inside a
// sentence start a draft for nothing.
const draftAfter = 150 * time.Millisecond

// bargeIn is what happens when speech begins: the voice falls silent if the speech
// can't be its own.
func (h *house) bargeIn() func() {
	full := h.cfg.Audio.Duplex == "full"
	return func() {
		if h.voice != nil && (full || h.keys.Held()) {
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
func (h *house) hotkey(ctx context.Context) {
	mode := hotkey.Hold
	if h.cfg.Audio.HotkeyPress == "tap" {
		mode = hotkey.Toggle
	}
	k, err := hotkey.Open(ctx, hotkey.Options{Keys: h.cfg.Audio.Hotkey, Mode: mode, Logger: h.log})
	if err != nil {
		h.miss("lack.hotkey", err)
		return
	}
	h.onClose(k.Close)
	h.keys.also = k.Held
	h.workers = append(h.workers, func(ctx context.Context) error {
		if err := k.Run(ctx, func(down bool) {
			if down {
				h.keys.press()
			}
		}); err != nil && ctx.Err() == nil {
			h.log.Error("the push-to-talk key is lost; deputy ptt start and stop go on", "err", err)
		}
		return nil
	})
}
