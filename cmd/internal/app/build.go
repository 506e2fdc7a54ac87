package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/timing"
	"deputy/agent/timing/otlp"
	"deputy/agent/tool"
	"deputy/audio"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt"
	"deputy/tts"
)

// Overrides are what a caller puts in the place of something that a configuration
// would lead to. The zero value replaces nothing.
type Overrides struct {
	Source audio.Source // instead of the microphone
	Deaf   bool         // no microphone at all
	// Transcriber writes down instead of the configured one; whoever gives it closes
	// it, after the App.
	Transcriber stt.Transcriber
	Model       model.Model // instead of the configured one
	Player      tts.Player  // instead of the speaker
	Instant     bool        // no sound: every line is said at once
	// Synthesizer speaks instead of the configured engines.
	Synthesizer tts.Synthesizer
	Tools       []tool.Tool            // beside the usual ones
	Rows        map[string]policy.Tool // what these take
	Heard       func(listen.Recognition)
	Observe     func(event.Event) // beside the feed, from the desk's goroutine
	Said        func(event.Line)  // with instant: every line
	Timed       func(timing.Turn) // every turn that has ended; must not block
}

// Build makes an App from a configuration: one line for each thing that could
// be left out. What Deputy can do without becomes a sentence in App.Missing.
func Build(ctx context.Context, cfg configs.Config, p Overrides) (a *App, err error) {
	log, err := Logger(cfg)
	if err != nil {
		return nil, err
	}
	words := Words()
	a = &App{Config: cfg, log: log, Phrases: words, Feed: control.NewFeed(), Trace: &tracer{}, Keys: listen.NewPTTKey(), idleTimer: listen.NewIdleTimer(idleAfter(cfg)), built: make(chan struct{})}
	begun := a // a return with an error clears a
	defer func() {
		close(begun.built)
		if err != nil {
			err = errors.Join(err, begun.Close())
		}
	}()
	a.listenFirst(p)
	if err := os.MkdirAll(cfg.Agent.State, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	if a.Journal, err = sqlite.Open(ctx, cfg.Journal.Path, JournalOptions(cfg, log)); err != nil {
		if errors.Is(err, journal.ErrInUse) {
			err = control.ErrAnother
		}
		return nil, err
	}
	a.onClose(a.Journal.Close)
	rules, err := ReadPolicy(cfg)
	if err != nil {
		return nil, err
	}
	maps.Copy(rules.Table.Tools, p.Rows)
	all, err := a.tools(ctx)
	if err != nil {
		return nil, err
	}
	if dir := cfg.Audio.RecordDir; dir != "" {
		a.recorder = listen.NewRecorder(dir, log)
		a.Workers = append(a.Workers, a.recorder.Run)
	}
	o := a.options(rules, append(all, p.Tools...), p.Observe)
	if err := a.timing(p); err != nil {
		return nil, err
	}
	if o.Model, err = a.model(ctx, p, o); err != nil {
		return nil, err
	}
	o.ReadAhead = a.ahead
	tell := func(b event.Body) { a.Desk.Tell(b) }
	if o.Voice, err = a.speech(p, tell); err != nil {
		return nil, err
	}
	a.Desk = agent.NewDesk(o)
	if p.Deaf {
		return a, nil
	}
	if err = a.listen(ctx, p); err == nil && a.Listener == nil && p.Source != nil {
		err = errors.New(strings.Join(a.Missing, " ")) // whoever brings a source wants it heard
	}
	return a, err
}

// options are the desk's, but for its model and its voice.
func (a *App) options(rules policy.Policy, tools []tool.Tool, observe func(event.Event)) agent.Options {
	cfg := a.Config
	o := agent.Options{
		Rules: core.Rules{
			Phrases: a.Phrases, Policy: rules, System: a.Phrases.Prompt("en"),
			Rules: hearing.Rules{
				Names: cfg.Agent.Name, Open: cfg.Audio.Address == "open", Tail: cfg.Agent.HalfDuplexTail,
				FullDuplex: cfg.Audio.Duplex == "full", Expiry: cfg.Agent.AskExpiry,
			},
			Steps: cfg.Agent.StepLimit, Parallel: cfg.Agent.Parallel, Ack: cfg.TTS.Ack, Grace: cfg.Agent.Grace, Project: cfg.Agent.Workspace, Quiet: quietHours(cfg), Budget: budget(cfg),
		},
		Journal: a.Journal, Keep: cfg.Journal.Keep, Tools: tools, Language: ScreenLanguage(cfg), Version: Version, Logger: a.log,
		Notify: notifier(a.Phrases, a.log), Place: PlaceOf,
		Split: func() agent.Splitter { return &tts.Splitter{} },
	}
	o.Observe = func(e event.Event) {
		a.idleTimer.Touch()
		a.Trace.observe(e) // first: whoever sees an event may ask for its time
		a.recorder.Observe(e)
		a.Feed.Observe(e)
		if observe != nil {
			observe(e)
		}
	}
	return o
}

// timing is where the timelines go, beside the tracer's own memory.
func (a *App) timing(p Overrides) error {
	if p.Timed != nil {
		a.Trace.ended = append(a.Trace.ended, p.Timed)
	}
	if a.Config.Trace.OTLP == "" {
		return nil
	}
	e, err := otlp.New(otlp.Options{URL: a.Config.Trace.OTLP, Version: Version, Logger: a.log})
	if err != nil {
		return fmt.Errorf("trace.otlp: %w", err)
	}
	a.Trace.ended = append(a.Trace.ended, e.Give)
	a.Workers = append(a.Workers, e.Run)
	return nil
}

// budget is the most of a conversation that the model is given, in bytes: what fits
// a small local one beside its instructions, even in Korean; 0 is the desk's own.
func budget(cfg configs.Config) int {
	if cfg.LLM.Preset == "auto" || cfg.LLM.Preset == configs.Local {
		return 2 * cfg.LLM.Local.Context
	}
	return 0
}

// quietHours are those of the configuration, which was validated.
func quietHours(cfg configs.Config) core.Hours {
	from, to, _ := configs.ParseHours(cfg.Agent.Quiet)
	return core.Hours{From: from, To: to}
}
