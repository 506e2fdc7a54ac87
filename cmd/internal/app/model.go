package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"deputy/agent"
	"deputy/agent/model"
	"deputy/agent/model/llama"
	"deputy/agent/model/openai"
	"deputy/configs"
)

// model is the language model that the configuration leads to: a named server,
// one that already answers on this machine, or a llama-server of our own.
func (a *App) model(ctx context.Context, p Overrides, o agent.Options) (model.Model, error) {
	if p.Model != nil {
		return p.Model, nil
	}
	name, l, err := detect(ctx, a.Config.LLM)
	if err != nil {
		return nil, err
	}
	preset, err := l.Resolve(name)
	if err != nil {
		return nil, err
	}
	a.ahead = l.ReadsAhead(preset)
	if name == configs.Local {
		return a.localModel(preset, o)
	}
	key, err := configs.ReadSecret(preset.KeyEnv, l.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("the model %q: %w", name, err)
	}
	m := openai.New(openai.Options{
		Name: name, BaseURL: preset.URL, Key: key.Reveal(), KeyVar: preset.KeyEnv, Model: preset.Model,
		Tools: openai.Mode(preset.Tools), Temperature: float32(l.Temperature), MaxTokens: l.MaxTokens,
		FirstToken: l.Timeout, Logger: a.log,
	})
	if a.ahead {
		a.Workers = append(a.Workers, func(ctx context.Context) error {
			if err := m.Warm(ctx, opening(o)); err != nil && ctx.Err() == nil {
				a.log.Debug("the model could not be warmed up", "err", err)
			}
			return nil
		})
	}
	return m, nil
}

// detect is the preset that the configuration leads to: with "auto" that of a server
// which answers on this machine, else one of our own.
func detect(ctx context.Context, l configs.LLM) (string, configs.LLM, error) {
	switch {
	case l.Preset != "auto":
		return l.Preset, l, nil
	case l.URL != "":
		return "llama-server", l, nil
	}
	found, err := openai.Detect(ctx)
	if err != nil || len(found) == 0 {
		return configs.Local, l, err
	}
	l.URL, l.Model = found[0].BaseURL, cmp.Or(l.Model, found[0].Models[0])
	return strings.ReplaceAll(strings.ToLower(found[0].Name), " ", ""), l, nil
}

// localModel runs a llama-server as a child process. It starts and warms up
// beside everything else; the first order waits for it.
func (a *App) localModel(preset configs.Preset, o agent.Options) (model.Model, error) {
	l, paths := a.Config.LLM, configs.UserPaths()
	program, err := llama.Find(l.Local.Server, paths.Cache)
	if err != nil {
		a.miss("lack.model", err)
		return errModel{err}, nil
	}
	late := &lazyModel{ready: make(chan struct{})}
	a.Workers = append(a.Workers, func(ctx context.Context) error {
		if _, err := modelState(ctx, l.Local.Model); err != nil {
			late.set(errModel{err}) // altered weights would start, and talk nonsense
			a.log.Error("there is no language model", "err", err)
			return nil
		}
		server, err := llama.Start(ctx, llama.Options{
			Program: program, Model: ModelFile(l.Local.Model), Port: l.Local.Port, Threads: l.Local.Threads,
			Context: l.Local.Context, CacheDir: filepath.Join(paths.Cache, "prompts"), Logger: a.log,
		})
		if err != nil {
			late.set(errModel{err})
			if ctx.Err() == nil {
				a.log.Error("there is no language model", "err", err)
			}
			return nil
		}
		defer server.Close()
		m := openai.New(openai.Options{
			Name: "the local model", BaseURL: server.URL(), Key: server.Key(), Tools: openai.Mode(preset.Tools),
			Temperature: float32(l.Temperature), MaxTokens: l.MaxTokens, FirstToken: l.Timeout, Held: server.Paused, Logger: a.log,
		})
		a.cpu.Use(server)
		late.set(m)
		if err := warm(ctx, server, m, o); err != nil && ctx.Err() == nil {
			a.log.Warn("the model could not be warmed up; the first order takes longer", "err", err)
		}
		<-ctx.Done()
		return nil
	})
	return late, nil
}

// warm has the server read what every prompt begins with.
func warm(ctx context.Context, s *llama.Server, m *openai.Model, o agent.Options) error {
	p := opening(o)
	tools, err := json.Marshal(p.Tools)
	if err != nil {
		return err
	}
	return s.Warm(ctx, append([]byte(m.System(p)), tools...), func(ctx context.Context) error { return m.Warm(ctx, p) })
}

// opening is what every prompt begins with.
func opening(o agent.Options) model.Prompt {
	p := model.Prompt{System: o.Rules.System}
	for _, t := range o.Tools {
		p.Tools = append(p.Tools, t.Spec())
	}
	return p
}
