package app

import (
	"context"
	"time"

	"deputy/agent"
	"deputy/agent/address"
	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/hotkey"
	"deputy/audio/portaudio"
	"deputy/cmd/internal/listen"
	"deputy/tts"
)

// speech is the voice, or nil where nothing can be spoken.
func (a *App) speech(p Overrides, tell func(event.Body)) (agent.Voice, error) {
	if p.Instant {
		return instantVoice{tell, p.Said}, nil
	}
	engines := []tts.Engine{{Name: "stand-in", Synthesizer: p.Synthesizer}}
	if p.Synthesizer == nil {
		var err error
		if engines, err = a.synthesizers(); err != nil {
			return nil, err
		}
	}
	if len(engines) == 0 {
		return nil, nil
	}
	player := p.Player
	if player == nil {
		speaker, err := portaudio.OpenSpeaker(&portaudio.SpeakerOptions{Device: a.Config.Audio.Output, Logger: a.log})
		if err != nil {
			a.miss("lack.speaker", err)
			return nil, nil
		}
		player = speaker
	}
	a.onClose(player.Close)
	a.adapter = &voiceAdapter{tell: tell}
	a.voice = tts.NewVoice(tts.Options{
		Engines: engines, Player: player, Began: a.adapter.began, Chimed: a.adapter.chimed, Logger: a.log,
	})
	a.adapter.voice = a.voice
	return a.adapter, nil
}

// listen readies the listener: microphone, detector, transcriber, key. Without a
// microphone typed orders remain.
func (a *App) listen(ctx context.Context, p Overrides) error {
	if a.Config.Audio.Mode != "hands-free" && p.Source == nil {
		a.hotkey(ctx)
	}
	source, err := a.source(p)
	if err != nil {
		a.miss("lack.microphone", err)
		return nil
	}
	t := p.Transcriber
	if t == nil {
		if t, err = a.transcriber(); err != nil {
			a.miss("lack.transcriber", err)
			return source.Close()
		}
	}
	if a.Config.STT.Engine == "whisper" {
		t = a.cpu.Exclusive(t)
	}
	detector, err := a.detector()
	if err != nil {
		return err
	}
	a.Listener = &listen.Listener{
		Source: source, Device: a.Config.Audio.Input, Detector: detector, Transcriber: t, Tell: a.Desk.Tell, Onset: a.bargeIn(), Touch: a.idleTimer.Touch, Holding: a.Desk.Holding,
		Settled: a.Desk.Settled, Named: a.named, Heard: a.heard(p), Keep: a.recorder.Hold, Log: a.log, Commanded: a.Keys.ByCommand,
		Options: audio.Options{
			MinSilence: a.Config.Audio.Endpoint.Min, MaxSilence: a.Config.Audio.Endpoint.Max,
			PauseAfter: DraftAfter, Held: a.Keys.Held, Logger: a.log,
		},
	}
	handsFree := a.Config.Audio.Mode != "push-to-talk"
	a.Listener.Options.HandsFree = func() bool { return handsFree }
	return nil
}

// named says whether a text begins with Deputy's name.
func (a *App) named(text string) bool {
	_, ok := address.Names(a.Config.Agent.Name).Read(text)
	return ok
}

// heard takes note of every utterance.
func (a *App) heard(p Overrides) func(listen.Recognition) {
	return func(u listen.Recognition) {
		a.Trace.hear(u)
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
func (a *App) bargeIn() func() {
	full := a.Config.Audio.Duplex == "full"
	return func() {
		if a.voice != nil && (full || a.Keys.Held()) {
			ctx, cancel := context.WithTimeout(context.Background(), longestHush)
			defer cancel()
			if err := a.voice.Hush(ctx); err != nil {
				a.log.Debug("hush", "err", err)
			}
		}
	}
}

// longestHush is how long the microphone isn't read while the voice falls silent:
// a speaker that hangs must not deafen it.
const longestHush = 100 * time.Millisecond

// hotkey watches the keyboard's push-to-talk key where there is a desktop.
func (a *App) hotkey(ctx context.Context) {
	mode := hotkey.Hold
	if a.Config.Audio.HotkeyPress == "tap" {
		mode = hotkey.Toggle
	}
	k, err := hotkey.Open(ctx, hotkey.Options{Keys: a.Config.Audio.Hotkey, Mode: mode, Logger: a.log})
	if err != nil {
		a.miss("lack.hotkey", err)
		return
	}
	a.onClose(k.Close)
	a.Keys.Also = k.Held
	a.Workers = append(a.Workers, func(ctx context.Context) error {
		if err := k.Run(ctx, func(down bool) {
			if down {
				a.Keys.Press()
			}
		}); err != nil && ctx.Err() == nil {
			a.log.Error("the push-to-talk key is lost; deputy ptt start and stop go on", "err", err)
		}
		return nil
	})
}
