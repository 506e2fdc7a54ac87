package configs

import (
	"path/filepath"
	"time"
)

// Config is everything Deputy can be told. Each leaf is a key of the file, and of the
// environment as DEPUTY_SECTION_KEY. The zero value is not useful; start from Default
// or Load. Paths are absolute after Load.
type Config struct {
	Language Language `yaml:"language"`
	Audio    Audio    `yaml:"audio"`
	STT      STT      `yaml:"stt"`
	LLM      LLM      `yaml:"llm"`
	TTS      TTS      `yaml:"tts"`
	Agent    Agent    `yaml:"agent"`
	Mail     Mail     `yaml:"mail"`
	Web      Web      `yaml:"web"`
	Shell    Shell    `yaml:"shell"`
	Journal  Journal  `yaml:"journal"`
	Trace    Trace    `yaml:"trace"`
	Log      Log      `yaml:"log"`
}

// Language says which languages are spoken to Deputy, as two-letter codes.
type Language struct {
	Spoken string   `yaml:"spoken"` // auto, or one of Set
	Set    []string `yaml:"set"`    // what auto chooses from
}

// Audio is the microphone and the speaker.
type Audio struct {
	Input       string   `yaml:"input"`                  // part of a device's name; empty: the system's default
	Output      string   `yaml:"output"`                 // the same for the speaker
	RecordDir   string   `yaml:"record_dir" kind:"path"` // what is said to Deputy as WAV files; empty: none
	Mode        string   `yaml:"mode"`                   // hands-free, push-to-talk, both
	Address     string   `yaml:"address"`                // name: hands-free, an order begins with agent.name; open: anything is one
	Duplex      string   `yaml:"duplex"`                 // half: the loudspeaker may reach the microphone; full: it can't
	Hotkey      string   `yaml:"hotkey"`                 // modifiers and a key joined by +
	HotkeyPress string   `yaml:"hotkey_press"`           // hold, tap
	Endpoint    Endpoint `yaml:"endpoint"`
}

// Endpoint bounds the quiet that ends an utterance.
type Endpoint struct {
	Min time.Duration `yaml:"min"`
	Max time.Duration `yaml:"max"`
}

// STT turns speech into text.
type STT struct {
	Engine      string    `yaml:"engine"`       // whisper, remote
	Model       string    `yaml:"model"`        // a name of "deputy models list", an imported name or a path
	Detector    string    `yaml:"detector"`     // the same for the voice detector
	Threads     int       `yaml:"threads"`      // 0: chosen by the number of cores
	WindowFloor int       `yaml:"window_floor"` // least audio window in encoder positions, 50 a second, at most 1500
	Remote      RemoteSTT `yaml:"remote"`
}

// RemoteSTT is an OpenAI-compatible endpoint that writes speech down.
type RemoteSTT struct {
	URL     string        `yaml:"url"` // base URL, with /v1
	Model   string        `yaml:"model"`
	KeyEnv  string        `yaml:"key_env"`
	KeyFile string        `yaml:"key_file" kind:"path"`
	Timeout time.Duration `yaml:"timeout"`
}

// LLM is the language model. What is empty here is taken from the preset.
type LLM struct {
	Preset      string        `yaml:"preset"` // auto, local, or a name of presets.yaml
	URL         string        `yaml:"url"`
	Model       string        `yaml:"model"`
	KeyEnv      string        `yaml:"key_env"`
	KeyFile     string        `yaml:"key_file" kind:"path"`
	Tools       string        `yaml:"tools"`      // native, schema; empty: as the preset says
	ReadAhead   string        `yaml:"read_ahead"` // auto, on, off; see ReadsAhead
	Timeout     time.Duration `yaml:"timeout"`
	MaxTokens   int           `yaml:"max_tokens"`
	Temperature float64       `yaml:"temperature"`
	Local       LocalLLM      `yaml:"local"`
}

// LocalLLM is the llama-server that Deputy runs itself.
type LocalLLM struct {
	Server  string `yaml:"server" kind:"path"` // empty: on PATH, else where set-up put it
	Model   string `yaml:"model"`              // a name of "deputy models list" or a path
	Port    int    `yaml:"port"`               // 0: any free one
	Threads int    `yaml:"threads"`            // 0: chosen by the number of cores
	Context int    `yaml:"context"`            // tokens
}

// TTS is the voice.
type TTS struct {
	Engine string        `yaml:"engine"` // auto, piper, espeak, remote, off
	Voices Voices        `yaml:"voices"`
	Speed  float64       `yaml:"speed"` // 1 is the voice's own
	Ack    time.Duration `yaml:"ack"`   // how long after an order without a word a soft sound acknowledges it; 0: never
	Remote RemoteTTS     `yaml:"remote"`
}

// RemoteTTS is an OpenAI-compatible endpoint that speaks.
type RemoteTTS struct {
	URL     string `yaml:"url"` // base URL, with /v1
	Model   string `yaml:"model"`
	Voice   string `yaml:"voice"`
	KeyEnv  string `yaml:"key_env"`
	KeyFile string `yaml:"key_file" kind:"path"`
}

// Voices are names the engine knows; empty: its default.
type Voices struct {
	En string `yaml:"en"`
	Ko string `yaml:"ko"`
}

// Agent is the desk.
type Agent struct {
	Name           []string      `yaml:"name"` // what Deputy is called, in each language that is spoken to it
	Workspace      string        `yaml:"workspace" kind:"path"`
	State          string        `yaml:"state" kind:"path"`
	Policy         string        `yaml:"policy" kind:"path"` // the owner's rules; empty: policy.yaml beside the configuration, if there is one
	StepLimit      int           `yaml:"step_limit"`         // tool calls a task may make
	Parallel       int           `yaml:"parallel"`           // turns of the model, and effects, at once
	AskExpiry      time.Duration `yaml:"ask_expiry"`         // how long a question stands
	HalfDuplexTail time.Duration `yaml:"half_duplex_tail"`   // deaf for this long after speaking
	Grace          time.Duration `yaml:"grace"`              // how long a decided effect can be stopped before it begins
	Quiet          string        `yaml:"quiet"`              // "22:00-07:00": nothing is asked aloud then
	Protect        Protect       `yaml:"protect"`
}

// Protect adds to the protected paths of the workspace: patterns such as *.pem or
// deploy/hooks; "!" before one takes it out.
type Protect struct {
	Runs    []string `yaml:"runs"`    // what something runs by itself
	Secrets []string `yaml:"secrets"` // what holds secrets
}

// Mail is the SMTP account; without a host there is no mail.
type Mail struct {
	Host         string   `yaml:"host"`
	Port         int      `yaml:"port"`
	TLS          string   `yaml:"tls"` // starttls, tls, none
	User         string   `yaml:"user"`
	PasswordEnv  string   `yaml:"password_env"`
	PasswordFile string   `yaml:"password_file" kind:"path"`
	From         string   `yaml:"from"`
	Known        []string `yaml:"known"` // recipients that are not news
}

// Web is reading pages.
type Web struct {
	Allow    []string      `yaml:"allow"` // hosts that need no question
	MaxBytes Bytes         `yaml:"max_bytes"`
	Timeout  time.Duration `yaml:"timeout"`
}

// Shell is running commands in the sandbox.
type Shell struct {
	Enabled bool          `yaml:"enabled"`
	Timeout time.Duration `yaml:"timeout"`
	Memory  Bytes         `yaml:"memory"`
	Hosts   []string      `yaml:"hosts"`   // hosts that a plain yes lets a command reach
	Traffic Bytes         `yaml:"traffic"` // what one command may move over the network
}

// Journal is where the record lies.
type Journal struct {
	Path string `yaml:"path" kind:"path"`
	// Keep is how long it keeps what was said, written and read; 0 keeps all. That
	// something was, who decided it and the hashes stay for ever.
	Keep time.Duration `yaml:"keep"`
}

// Trace is where timelines are sent.
type Trace struct {
	OTLP string `yaml:"otlp"` // an OpenTelemetry collector; empty: nowhere
}

// Log is Deputy's own log.
type Log struct {
	Level string `yaml:"level"` // debug, info, warn, error
}

// Default returns usable values for this user.
func Default() Config { return defaults(UserPaths()) }

func defaults(p Paths) Config {
	return Config{
		Language: Language{Spoken: "auto", Set: []string{"en", "ko"}},
		Audio: Audio{
			Mode: "both", Address: "name", Duplex: "half", Hotkey: "Ctrl+Alt+Space", HotkeyPress: "hold",
			Endpoint: Endpoint{Min: 400 * time.Millisecond, Max: time.Second},
		},
		STT: STT{
			Engine: "whisper", Model: "auto", Detector: "silero", WindowFloor: 768,
			Remote: RemoteSTT{Model: "whisper-1", KeyEnv: "OPENAI_API_KEY", Timeout: 30 * time.Second},
		},
		LLM: LLM{
			Preset: "auto", ReadAhead: "auto", Timeout: 2 * time.Minute, MaxTokens: 1024,
			Local: LocalLLM{Model: "qwen2.5-coder-1.5b", Context: 8192},
		},
		TTS: TTS{
			Engine: "auto", Speed: 1, Ack: 700 * time.Millisecond,
			Remote: RemoteTTS{Model: "tts-1", Voice: "alloy", KeyEnv: "OPENAI_API_KEY"},
		},
		Agent: Agent{
			Name:      []string{"Deputy", "데퓨티"},
			Workspace: p.Workspace, State: p.State,
			StepLimit: 12, Parallel: 4, AskExpiry: 10 * time.Minute, HalfDuplexTail: 250 * time.Millisecond,
			Grace: 2 * time.Second,
		},
		Mail:    Mail{Port: 587, TLS: "starttls", PasswordEnv: "DEPUTY_SMTP_PASSWORD"},
		Web:     Web{MaxBytes: 2 << 20, Timeout: 20 * time.Second},
		Shell:   Shell{Enabled: true, Timeout: 30 * time.Second, Memory: 512 << 20, Traffic: 64 << 20},
		Journal: Journal{Path: filepath.Join(p.State, "journal.db"), Keep: 90 * 24 * time.Hour},
		Log:     Log{Level: "warn"},
	}
}
