package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"deputy/configs"
	"deputy/tts"
	"deputy/tts/espeak"
	"deputy/tts/piper"
	"deputy/tts/remote"
)

// voices are the engines that can speak, the best first: with which values of
// tts.engine each is tried. One that is missing ends the start only if its own name
// was set.
var voices = []struct {
	name      string
	languages []string // none: all
	with      []string
	open      func(*App) (tts.Synthesizer, error)
}{
	{"remote", nil, []string{"remote"}, (*App).remoteVoice},
	{"piper", []string{"en"}, []string{"piper", "auto"}, (*App).piper},
	{"espeak-ng", nil, []string{"espeak", "piper", "auto"}, (*App).espeak},
}

// synthesizers are those to try, the best first.
func (a *App) synthesizers() (list []tts.Engine, err error) {
	for _, v := range voices {
		if !slices.Contains(v.with, a.Config.TTS.Engine) {
			continue
		}
		s, err := v.open(a)
		if err != nil && v.name == a.Config.TTS.Engine {
			return nil, err
		}
		if err == nil {
			list = append(list, tts.Engine{Name: v.name, Languages: v.languages, Synthesizer: s})
		}
	}
	return list, nil
}

func (a *App) remoteVoice() (tts.Synthesizer, error) {
	r := a.Config.TTS.Remote
	key, err := configs.ReadSecret(r.KeyEnv, r.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("tts.remote: %w", err)
	}
	return remote.New(remote.Options{
		BaseURL: r.URL, Key: key.Reveal(), KeyName: r.KeyEnv, Model: r.Model, Voice: r.Voice, Logger: a.log,
	})
}

func (a *App) piper() (tts.Synthesizer, error) {
	p, err := piper.New(piper.Options{Logger: a.log})
	if err != nil {
		return nil, err
	}
	p.SetPace(a.Config.TTS.Speed)
	a.onClose(p.Close)
	a.Workers = append(a.Workers, func(ctx context.Context) error {
		if err := p.Warm(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("piper could not be warmed up", "err", err)
		}
		return nil
	})
	return p, nil
}

func (a *App) espeak() (tts.Synthesizer, error) {
	v := a.Config.TTS.Voices
	e, err := espeak.New(espeak.Options{Voices: map[string]string{"en": cmp.Or(v.En, "en-us"), "ko": cmp.Or(v.Ko, "ko")}})
	if err != nil {
		a.miss("lack.espeak", err)
		return nil, err
	}
	e.SetPace(a.Config.TTS.Speed)
	return e, nil
}
