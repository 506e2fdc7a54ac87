package main

import (
	"context"
	"errors"
	"fmt"

	"deputy/agent"
	"deputy/audio"
	"deputy/audio/portaudio"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
	"deputy/tts"
	"deputy/tts/espeak"
	"deputy/tts/piper"
	ttsremote "deputy/tts/remote"
)

// speech is the voice, or nil where nothing can be spoken.
func (h *house) speech(p parts, tell func(agent.Body)) (agent.Voice, error) {
	if p.instant {
		return instantVoice{tell}, nil
	}
	engines, err := h.engines()
	if err != nil {
		return nil, err
	}
	if len(engines) == 0 {
		return nil, nil
	}
	player := p.player
	if player == nil {
		speaker, err := portaudio.OpenSpeaker(&portaudio.SpeakerOptions{Device: h.cfg.Audio.Output, Logger: h.log})
		if err != nil {
			h.lack("lack.speaker", err)
			return nil, nil
		}
		player = speaker
	}
	h.later(player.Close)
	h.mouth = &mouth{tell: tell}
	h.voice = tts.NewVoice(tts.Options{Engines: engines, Player: player, Began: h.mouth.began, Logger: h.log})
	h.mouth.voice = h.voice
	return h.mouth, nil
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
			h.later(pi.Close)
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
			h.lack("lack.espeak", err)
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

// hearing is the ear: microphone, detector, transcriber, key. Without a
// microphone typed orders remain.
func (h *house) hearing(ctx context.Context, p parts, c *cores) error {
	source := p.source
	if source == nil {
		mic, err := portaudio.OpenMic(&portaudio.MicOptions{Device: h.cfg.Audio.Input, Logger: h.log})
		if err != nil {
			h.lack("lack.microphone", err)
			return nil
		}
		source = mic
	}
	h.later(source.Close)
	t, err := recogniser(h.cfg, "", h.log)
	if err != nil {
		h.lack("lack.transcriber", err)
		return nil
	}
	h.later(t.Close)
	detector, err := h.detector()
	if err != nil {
		return err
	}
	h.ear = &ear{
		source: source, detector: detector, transcriber: t, tell: h.desk.Tell, onset: c.speech, quiet: c.quiet,
		heard: p.heard, log: h.log,
		options: audio.Options{
			MinSilence: h.cfg.Audio.Endpoint.Min, MaxSilence: h.cfg.Audio.Endpoint.Max, Held: h.keys.Held, Logger: h.log,
		},
	}
	handsFree := h.cfg.Audio.Mode != "push-to-talk"
	h.ear.options.HandsFree = func() bool { return handsFree }
	return nil
}

// detector is Silero, or the level of the sound where Silero is missing.
func (h *house) detector() (audio.Detector, error) {
	d, err := whisper.NewDetector(speechModel(h.cfg.STT.Detector))
	if errors.Is(err, stt.ErrNoModel) || errors.Is(err, whisper.ErrNotBuilt) {
		h.lack("lack.detector", err)
		return &audio.Energy{}, nil
	}
	if err != nil {
		return nil, err
	}
	h.later(d.Close)
	return d, nil
}
