package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"deputy/agent/journal/sqlite"
	"deputy/agent/model/llama"
	"deputy/agent/sandbox"
	"deputy/agent/tools/shell"
	"deputy/agent/workspace"
	"deputy/audio/portaudio"
	"deputy/configs"
	"deputy/configs/models"
	"deputy/stt/whisper"
	"deputy/tts/espeak"
	"deputy/tts/piper"
)

// A Finding is what the doctor says of one thing.
type Finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	// Needed says that Deputy can't work without it.
	Needed bool `json:"needed"`
}

// Examine looks at one thing after the other; none of them changes anything.
func Examine(ctx context.Context, cfg configs.Config) []Finding {
	checks := []struct {
		what   string
		needed bool
		look   func() (string, error)
	}{
		{"configuration", true, func() (string, error) { return configs.UserPaths().Config, nil }},
		{"workspace", true, func() (string, error) { return workspaceState(cfg.Agent.Workspace) }},
		{"journal", true, func() (string, error) { return journalState(ctx, cfg) }},
		{"microphone, speaker", false, devicesState},
		{"address", false, func() (string, error) { return addressState(cfg) }},
		{"speech model", true, func() (string, error) { return modelState(ctx, hearingModel(cfg.STT.Model)) }},
		{"voice detector", false, func() (string, error) { return detectorState(cfg) }},
		{"language model", true, func() (string, error) { return languageModelState(ctx, cfg) }},
		{"English voice", false, func() (string, error) {
			p, err := piper.New(piper.Options{})
			if err != nil {
				return "", err
			}
			return "piper", p.Close()
		}},
		{"voice", true, func() (string, error) {
			_, err := espeak.New(espeak.Options{})
			return "espeak-ng", err
		}},
		{"sandbox", false, func() (string, error) { return sandboxState(ctx, cfg) }},
		{"undo of commands", false, func() (string, error) { return checkpointState(ctx, cfg) }},
		{"mail", false, func() (string, error) {
			if cfg.Mail.Host == "" {
				return "", errors.New("no mail can be sent: set mail.host and mail.from in the configuration")
			}
			return cfg.Mail.Host, nil
		}},
	}
	var out []Finding
	for _, c := range checks {
		detail, err := c.look()
		if err != nil {
			detail = err.Error()
		}
		out = append(out, Finding{What: c.what, OK: err == nil, Detail: detail, Needed: c.needed})
	}
	return out
}

// sandboxState says what shuts commands in here, after trying it.
func sandboxState(ctx context.Context, cfg configs.Config) (string, error) {
	if !cfg.Shell.Enabled {
		return "", errors.New("commands are switched off: set shell.enabled in the configuration")
	}
	kind, err := sandbox.Probe(ctx, shellOptions(cfg, nil))
	if err == nil && kind == sandbox.Landlock {
		kind += ": commands have no network at all and can't change a file's mode; install bubblewrap for that"
	}
	return kind, err
}

// checkpointState says how what commands change can be taken back here, after
// trying it on the workspace with a store of its own.
func checkpointState(ctx context.Context, cfg configs.Config) (_ string, err error) {
	if _, err := os.Stat(cfg.Agent.Workspace); !cfg.Shell.Enabled || err != nil {
		return "", errors.New("not tried: commands are switched off, or there is no workspace yet")
	}
	w, away, err := spareWorkspace(cfg)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, away()) }()
	kind, flat, err := shell.ProbeCheckpoints(ctx, w, shellOptions(cfg, nil))
	switch {
	case err != nil:
		return "", fmt.Errorf("what a command changes can't be taken back, and each is asked for: %w", err)
	case flat != nil:
		return fmt.Sprintf("by a copy of the workspace (no overlay: %v)", flat), nil
	}
	return "by an " + kind, nil
}

// spareWorkspace opens the workspace with a store of its own: a Deputy that runs
// has the other. It lies on the same file system if it can. Where there is no
// workspace yet an empty one is put in its place.
func spareWorkspace(cfg configs.Config) (_ *workspace.Workspace, away func() error, err error) {
	dir, err := os.MkdirTemp(cfg.Agent.State, "spare-")
	if err != nil {
		dir, err = os.MkdirTemp("", "deputy-spare-")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("make a store: %w", err)
	}
	work := cfg.Agent.Workspace
	if _, err := os.Stat(work); errors.Is(err, os.ErrNotExist) {
		work = filepath.Join(dir, "workspace")
	}
	w, err := workspace.New(work, filepath.Join(dir, "undo"))
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return w, func() error { return errors.Join(w.Close(), os.RemoveAll(dir)) }, nil
}

func workspaceState(dir string) (string, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return dir + ", made at the first start", nil
	case err == nil && !info.IsDir():
		err = fmt.Errorf("%s is no folder: set agent.workspace to one", dir)
	}
	return dir, err
}

func journalState(ctx context.Context, cfg configs.Config) (string, error) {
	j, err := sqlite.OpenReadOnly(ctx, cfg.Journal.Path, JournalOptions(cfg, nil))
	if errors.Is(err, os.ErrNotExist) {
		return "none yet", nil
	}
	if err != nil {
		return "", InWords(err)
	}
	defer j.Close()
	if err := j.Verify(ctx); err != nil {
		return "", InWords(err)
	}
	n, _ := j.Head()
	return fmt.Sprintf("%d events, whole", n), nil
}

func devicesState() (string, error) {
	list, err := portaudio.Devices()
	if err != nil {
		return "", err
	}
	in, out := "", ""
	for _, d := range list {
		if d.DefaultInput {
			in = d.Name
		}
		if d.DefaultOutput {
			out = d.Name
		}
	}
	switch {
	case in == "" && out == "":
		return "", errors.New("there is neither a microphone nor a speaker; orders are typed")
	case in == "":
		return "", errors.New("there is no microphone; orders are typed")
	case out == "":
		return "", errors.New("there is no speaker; what Deputy says stands on the screen")
	}
	return in + ", " + out, nil
}

// addressState says how to speak to Deputy.
func addressState(cfg configs.Config) (string, error) {
	key := fmt.Sprintf("hold %s and speak", cfg.Audio.Hotkey)
	switch {
	case cfg.Audio.Mode == "push-to-talk":
		return key, nil
	case cfg.Audio.Address == "open":
		return "", errors.New("whatever is said in the room is taken for an order: set audio.address to name")
	}
	say := fmt.Sprintf("say %q", cfg.Agent.Name[0]+", take a note")
	if cfg.Audio.Mode == "both" {
		say += ", or " + key
	}
	return say, nil
}

func modelState(ctx context.Context, name string) (string, error) {
	m, known := models.Embedded().Find(name)
	path := ModelFile(name)
	if !known {
		_, err := os.Stat(path)
		return path, err
	}
	state, err := models.Check(ctx, configs.UserPaths().Models(), m)
	if err != nil {
		return "", fmt.Errorf("%w; run: deputy models pull %s", err, m.Name)
	}
	if state != models.Ready {
		return "", fmt.Errorf("%s is %s; run: deputy models pull %s", m.File, state, m.Name)
	}
	return path, nil
}

func detectorState(cfg configs.Config) (string, error) {
	d, err := whisper.NewDetector(ModelFile(cfg.STT.Detector))
	if err != nil {
		return "", err
	}
	return "Silero", d.Close()
}

func languageModelState(ctx context.Context, cfg configs.Config) (string, error) {
	name, l, err := detect(ctx, cfg.LLM)
	if err != nil {
		return "", err
	}
	if name != configs.Local {
		p, err := l.Resolve(name)
		if err == nil && p.KeyEnv != "" {
			_, err = configs.ReadSecret(p.KeyEnv, l.KeyFile)
		}
		return p.Name + " at " + p.URL, err
	}
	program, err := llama.Find(l.Local.Server, configs.UserPaths().Cache)
	if err != nil {
		return "", err
	}
	file, err := modelState(ctx, l.Local.Model)
	return program + " with " + file, err
}
