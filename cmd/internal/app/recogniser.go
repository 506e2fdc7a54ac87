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

// recognisers are the engines that can write down, by stt.engine.
var recognisers = map[string]func(configs.Config, []string, *slog.Logger) (stt.Transcriber, error){
	"whisper": ownWhisper,
	"remote":  remoteWhisper,
}

// Recogniser is the transcriber of the configuration; language overrides its
// languages unless it is "".
func Recogniser(cfg configs.Config, language string, log *slog.Logger) (stt.Transcriber, error) {
	return recognisers[cfg.STT.Engine](cfg, spoken(cfg.Language, language), log)
}

func ownWhisper(cfg configs.Config, languages []string, log *slog.Logger) (stt.Transcriber, error) {
	names := cfg.Agent.Name
	if cfg.Audio.Address == "open" {
		names = nil
	}
	return whisper.New(whisper.Options{
		Model: ModelFile(hearingModel(cfg.STT.Model)), Languages: languages, Names: names,
		Threads: cfg.STT.Threads, Floor: cfg.STT.WindowFloor, Logger: log,
	})
}

func remoteWhisper(cfg configs.Config, languages []string, log *slog.Logger) (stt.Transcriber, error) {
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
