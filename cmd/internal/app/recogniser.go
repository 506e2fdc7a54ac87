package app

import (
	"fmt"
	"log/slog"
	"strings"

	"deputy/configs"
	"deputy/stt"
	"deputy/stt/remote"
	"deputy/stt/whisper"
)

// Recogniser is the transcriber of the configuration; language overrides its
// languages unless it is "".
func Recogniser(cfg configs.Config, language string, log *slog.Logger) (stt.Transcriber, error) {
	languages := spoken(cfg.Language, language)
	if cfg.STT.Engine != "remote" {
		names := cfg.Agent.Name
		if cfg.Audio.Address == "open" {
			names = nil
		}
		return whisper.New(whisper.Options{
			Model: ModelFile(hearingModel(cfg.STT.Model)), Languages: languages, Names: names,
			Threads: cfg.STT.Threads, Floor: cfg.STT.WindowFloor, Logger: log,
		})
	}
	r := cfg.STT.Remote
	key, err := configs.ReadSecret(r.KeyEnv, r.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("stt.remote: %w", err)
	}
	o := remote.Options{BaseURL: r.URL, Key: key.Reveal(), KeyFrom: r.KeyEnv, Model: r.Model, Timeout: r.Timeout, Logger: log}
	if len(languages) == 1 {
		o.Language = languages[0]
	}
	return remote.New(o)
}

// spoken lists the languages to choose from; none means any.
func spoken(l configs.Language, flag string) []string {
	switch {
	case flag == "any":
		return nil
	case flag != "" && flag != "auto":
		return strings.Split(flag, ",")
	case l.Spoken != "auto" && l.Spoken != "" && flag == "":
		return []string{l.Spoken}
	}
	return l.Set
}
