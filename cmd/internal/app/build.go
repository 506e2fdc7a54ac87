package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/timing"
	"deputy/agent/timing/otlp"
	"deputy/agent/tool"
	"deputy/agent/tools"
	"deputy/audio"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/configs/phrases"
	"deputy/internal/proc"
	"deputy/stt"
	"deputy/tts"
)

// Overrides are what a caller puts in the place of something that a configuration
// would lead to. The zero value replaces nothing.
type Overrides struct {
	Source audio.Source // instead of the microphone
	Deaf   bool         // no microphone at all
	// Transcriber writes down instead of the configured one; whoever gives it closes
	// it, after the house.
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

// Build makes a house from a configuration: one line for each thing that could
// be left out. What Deputy can do without becomes a sentence in house.missing.
func Build(ctx context.Context, cfg configs.Config, p Overrides) (h *App, err error) {
	log, err := Logger(cfg)
	if err != nil {
		return nil, err
	}
	words := phrases.Embedded()
	h = &App{Cfg: cfg, log: log, Phrases: words, Feed: control.NewFeed(), Trace: &tracer{}, Keys: listen.NewPTTKey(), idleTimer: listen.NewIdleTimer(calmAfter(cfg)), built: make(chan struct{})}
	begun := h // a return with an error clears h
	defer func() {
		close(begun.built)
		if err != nil {
			err = errors.Join(err, begun.Close())
		}
	}()
	h.listenFirst(p)
	if err := os.MkdirAll(cfg.Agent.State, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	if h.Journal, err = sqlite.Open(ctx, cfg.Journal.Path, JournalOptions(cfg, log)); err != nil {
		if errors.Is(err, journal.ErrInUse) {
			err = control.ErrAnother
		}
		return nil, err
	}
	h.onClose(h.Journal.Close)
	rules, err := ReadPolicy(cfg)
	if err != nil {
		return nil, err
	}
	maps.Copy(rules.Table.Tools, p.Rows)
	all, err := h.tools(ctx)
	if err != nil {
		return nil, err
	}
	o := agent.Options{
		Rules: core.Rules{
			Phrases: words, Policy: rules, System: words.Prompt("en"),
			Steps: cfg.Agent.StepLimit, Parallel: cfg.Agent.Parallel, Tail: cfg.Agent.HalfDuplexTail, Expiry: cfg.Agent.AskExpiry,
			Names: cfg.Agent.Name, Open: cfg.Audio.Address == "open",
			FullDuplex: cfg.Audio.Duplex == "full", Ack: cfg.TTS.Ack, Grace: cfg.Agent.Grace, Project: cfg.Agent.Workspace, Quiet: quietHours(cfg), Budget: budget(cfg),
		},
		Journal: h.Journal, Keep: cfg.Journal.Keep, Tools: append(all, p.Tools...), Language: ScreenLanguage(cfg), Version: Version, Logger: log,
		Notify: notifier(words, log), Place: PlaceOf,
		Split: func() agent.Splitter { return &tts.Splitter{} },
	}
	if dir := soundKept(cfg); dir != "" {
		h.recorder = listen.NewRecorder(dir, log)
		h.Workers = append(h.Workers, h.recorder.Run)
	}
	o.Observe = func(e event.Event) {
		h.idleTimer.Touch()
		h.Trace.Observe(e) // first: whoever sees an event may ask for its time
		h.recorder.Observe(e)
		h.Feed.Observe(e)
		if p.Observe != nil {
			p.Observe(e)
		}
	}
	if err := h.timing(p); err != nil {
		return nil, err
	}
	var c *listen.CPUArbiter
	if o.Model, c, err = h.model(ctx, p, o); err != nil {
		return nil, err
	}
	o.ReadAhead = h.ahead
	tell := func(b event.Body) { h.Desk.Tell(b) }
	if o.Voice, err = h.speech(p, tell); err != nil {
		return nil, err
	}
	h.Desk = agent.NewDesk(o)
	if !p.Deaf {
		if err := h.listen(ctx, p, c); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// timing is where the timelines go, beside the house's own memory.
func (h *App) timing(p Overrides) error {
	if p.Timed != nil {
		h.Trace.ended = append(h.Trace.ended, p.Timed)
	}
	if h.Cfg.Trace.OTLP == "" {
		return nil
	}
	e, err := otlp.New(otlp.Options{URL: h.Cfg.Trace.OTLP, Version: Version, Logger: h.log})
	if err != nil {
		return fmt.Errorf("trace.otlp: %w", err)
	}
	h.Trace.ended = append(h.Trace.ended, e.Give)
	h.Workers = append(h.Workers, e.Run)
	return nil
}

// soundKept is where what is said to Deputy is kept as sound; "" keeps none.
func soundKept(cfg configs.Config) string {
	if cfg.Audio.RecordDir == "" && cfg.KeepAudio {
		return filepath.Join(cfg.Agent.State, "audio")
	}
	return cfg.Audio.RecordDir
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

// tools are everything the model may wish for.
func (h *App) tools(ctx context.Context) ([]tool.Tool, error) {
	w, err := tools.NewWorkspace(h.Cfg.Agent.Workspace, filepath.Join(h.Cfg.Agent.State, "undo"))
	if err != nil {
		return nil, err
	}
	h.onClose(w.Close)
	for _, told := range w.CutOff {
		h.log.Warn("Deputy was ended in the midst of something", "then", told)
	}
	return h.toolsOf(ctx, w)
}

// toolsOf are all tools, with w as their workspace.
func (h *App) toolsOf(ctx context.Context, w *tools.Workspace) ([]tool.Tool, error) {
	cfg := h.Cfg
	if err := w.Protect(cfg.Agent.Protect.Runs, cfg.Agent.Protect.Secrets); err != nil {
		return nil, fmt.Errorf("agent.protect: %w", err)
	}
	all := tools.Files(w)
	if cfg.Shell.Enabled {
		if _, err := tools.ProbeSandbox(ctx, shellOptions(cfg, h.log)); err != nil {
			h.miss("lack.sandbox", err)
		} else {
			all = append(all, tools.Shell(w, shellOptions(cfg, h.log))...)
		}
	}
	all = append(all, tools.Web(tools.WebOptions{
		Allow: cfg.Web.Allow, MaxBytes: int64(cfg.Web.MaxBytes), Timeout: cfg.Web.Timeout, Logger: h.log,
	})...)
	all = append(all, tools.Notes(w, tools.NoteOptions{})...)
	mails, err := h.mail()
	return append(all, mails...), err
}

func shellOptions(cfg configs.Config, log *slog.Logger) tools.ShellOptions {
	return tools.ShellOptions{
		Author: gitSetting(cfg.Agent.Workspace, "user.name"), AuthorMail: gitSetting(cfg.Agent.Workspace, "user.email"),
		Timeout: cfg.Shell.Timeout, Memory: int64(cfg.Shell.Memory), Hosts: cfg.Shell.Hosts, Traffic: int64(cfg.Shell.Traffic), Logger: log,
	}
}

// gitSetting is one of the user's settings of git, as they hold in dir.
func gitSetting(dir, name string) string {
	cmd := proc.Command(context.Background(), proc.Grant{Inherit: []string{"XDG_CONFIG_HOME"}}, "git", "config", "--get", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "" // there is no git, or no such setting
	}
	return strings.TrimSpace(string(out))
}

func (h *App) mail() ([]tool.Tool, error) {
	m := h.Cfg.Mail
	if m.Host == "" {
		return tools.Mail(tools.MailOptions{})
	}
	password, err := configs.ReadSecret(m.PasswordEnv, m.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	if m.User != "" && password.IsZero() {
		return nil, fmt.Errorf("mail: there is no password for %s: set %s, or mail.password_file to a file of mode 0600", m.User, m.PasswordEnv)
	}
	return tools.Mail(tools.MailOptions{
		Host: m.Host, Port: m.Port, Security: tools.Security(m.TLS), User: m.User, Password: password.Reveal(),
		From: m.From, Contacts: contacts(m.Known), Logger: h.log,
	})
}

// contacts gives the addresses of mail.known by the name that is spoken: the
// display name, else what stands before the @.
func contacts(known []string) map[string]string {
	out := map[string]string{}
	for _, k := range known {
		a, err := mail.ParseAddress(k)
		if err != nil {
			continue // validated with the configuration
		}
		name := a.Name
		if name == "" {
			name, _, _ = strings.Cut(a.Address, "@")
		}
		out[name] = a.Address
	}
	return out
}
