package configs

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"deputy/internal/netguard"
)

// checker collects what is wrong with values.
type checker struct{ list []string }

func (c *checker) that(ok bool, key, format string, args ...any) {
	if !ok {
		c.list = append(c.list, key+": "+fmt.Sprintf(format, args...))
	}
}

func (c *checker) oneOf(key, value string, allowed ...string) {
	c.that(slices.Contains(allowed, value), key, "%q is not one of %s", value, strings.Join(allowed, ", "))
}

func (c *checker) within(key string, value, low, high int) {
	c.that(value >= low && value <= high, key, "%d is not between %d and %d", value, low, high)
}

func (c *checker) span(key string, value, low, high time.Duration) {
	c.that(value >= low && value <= high, key, "%v is not between %v and %v", value, low, high)
}

// baseURL accepts an empty one.
func (c *checker) baseURL(key, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		c.that(false, key, "%q is not an http or https address", value)
		return
	}
	c.that(u.User == nil, key, "a password does not belong in an address: use key_env or key_file")
}

// problems lists everything that is wrong with the values, in the file's order.
func (c Config) problems() []string {
	k := &checker{}
	c.checkSpeech(k)
	c.checkModel(k)
	c.checkWork(k)
	eachLeaf(reflect.ValueOf(c), "", func(path string, field reflect.Value, tag reflect.StructTag) {
		if tag.Get("kind") == "path" {
			p := field.String()
			k.that(p == "" || filepath.IsAbs(p), path, "%q is not an absolute path (~/ is one)", p)
		}
	})
	return k.list
}

// Languages that Deputy has phrases and an answer grammar for.
var Languages = []string{"en", "ko"}

func (c Config) checkSpeech(k *checker) {
	k.that(len(c.Language.Set) > 0, "language.set", "at least one language is needed")
	for _, l := range c.Language.Set {
		k.oneOf("language.set", l, Languages...)
	}
	k.oneOf("language.spoken", c.Language.Spoken, append([]string{"auto"}, c.Language.Set...)...)
	k.oneOf("audio.mode", c.Audio.Mode, "hands-free", "push-to-talk", "both")
	k.oneOf("audio.address", c.Audio.Address, "name", "open")
	k.oneOf("audio.duplex", c.Audio.Duplex, "half", "full")
	k.oneOf("audio.hotkey_press", c.Audio.HotkeyPress, "hold", "tap")
	k.that(c.Audio.Hotkey != "" || c.Audio.Mode == "hands-free", "audio.hotkey", "a key is needed when audio.mode is %s", c.Audio.Mode)
	k.span("audio.endpoint.min", c.Audio.Endpoint.Min, 100*time.Millisecond, 3*time.Second)
	k.span("audio.endpoint.max", c.Audio.Endpoint.Max, 100*time.Millisecond, 5*time.Second)
	k.that(c.Audio.Endpoint.Min <= c.Audio.Endpoint.Max, "audio.endpoint", "min (%v) is above max (%v)", c.Audio.Endpoint.Min, c.Audio.Endpoint.Max)
	k.oneOf("stt.engine", c.STT.Engine, "whisper", "remote")
	k.that(c.STT.Model != "" || c.STT.Engine != "whisper", "stt.model", "a model is needed: see deputy models list")
	k.that(c.STT.Detector != "", "stt.detector", "a voice detector is needed: silero")
	k.within("stt.threads", c.STT.Threads, 0, 64)
	k.within("stt.window_floor", c.STT.WindowFloor, 1, 1500)
	k.remote("stt.remote", c.STT.Remote.URL, c.STT.Remote.Model, c.STT.Engine == "remote")
	k.span("stt.remote.timeout", c.STT.Remote.Timeout, time.Second, 10*time.Minute)
	k.oneOf("tts.engine", c.TTS.Engine, "auto", "piper", "espeak", "remote", "off")
	k.that(c.TTS.Speed >= 0.5 && c.TTS.Speed <= 3, "tts.speed", "%v is not between 0.5 and 3", c.TTS.Speed)
	k.span("tts.ack", c.TTS.Ack, 0, 10*time.Second)
	k.remote("tts.remote", c.TTS.Remote.URL, c.TTS.Remote.Model, c.TTS.Engine == "remote")
}

func (c *checker) remote(key, url, model string, used bool) {
	c.baseURL(key+".url", url)
	c.that(url != "" || !used, key+".url", "an address is needed when the engine is remote")
	c.that(model != "" || !used, key+".model", "a model is needed when the engine is remote")
}

func (c Config) checkModel(k *checker) {
	names := append([]string{"auto"}, presetNames()...)
	k.oneOf("llm.preset", c.LLM.Preset, names...)
	k.baseURL("llm.url", c.LLM.URL)
	for _, p := range presets() {
		k.that(p.Name != c.LLM.Preset || !p.Edit || c.LLM.URL != "", "llm.url", "the preset %s needs the address of your server", p.Name)
	}
	if c.LLM.Tools != "" {
		k.oneOf("llm.tools", c.LLM.Tools, "native", "schema")
	}
	k.oneOf("llm.read_ahead", c.LLM.ReadAhead, "auto", "on", "off")
	k.span("llm.timeout", c.LLM.Timeout, time.Second, time.Hour)
	k.within("llm.max_tokens", c.LLM.MaxTokens, 16, 1<<20)
	k.that(c.LLM.Temperature >= 0 && c.LLM.Temperature <= 2, "llm.temperature", "%v is not between 0 and 2", c.LLM.Temperature)
	k.that(c.LLM.Local.Model != "", "llm.local.model", "a model is needed: see deputy models list")
	k.within("llm.local.port", c.LLM.Local.Port, 0, 65535)
	k.within("llm.local.threads", c.LLM.Local.Threads, 0, 256)
	k.within("llm.local.context", c.LLM.Local.Context, 2048, 1<<20)
}

func (c Config) checkWork(k *checker) {
	k.that(c.Agent.Workspace != "", "agent.workspace", "a directory is needed")
	k.that(c.Agent.State != "", "agent.state", "a directory is needed")
	k.that(len(c.Agent.Name) > 0, "agent.name", "a name is needed, such as Deputy")
	for _, n := range c.Agent.Name {
		k.that(isName(n), "agent.name", "%q is not one word of at least three Latin letters or two of Hangul", n)
	}
	k.within("agent.step_limit", c.Agent.StepLimit, 1, 100)
	k.within("agent.parallel", c.Agent.Parallel, 1, 100)
	k.span("agent.grace", c.Agent.Grace, time.Second, time.Minute)
	_, _, err := ParseHours(c.Agent.Quiet)
	k.that(err == nil, "agent.quiet", "%v", err)
	k.span("agent.ask_expiry", c.Agent.AskExpiry, 10*time.Second, 24*time.Hour)
	k.span("agent.half_duplex_tail", c.Agent.HalfDuplexTail, 0, 2*time.Second)
	c.Mail.check(k)
	for _, h := range c.Web.Allow {
		k.that(isHost(h), "web.allow", "%q is not a host name such as example.org", h)
	}
	k.that(c.Web.MaxBytes >= 1<<10 && c.Web.MaxBytes <= 1<<30, "web.max_bytes", "%v is not between 1 KiB and 1 GiB", c.Web.MaxBytes)
	k.span("web.timeout", c.Web.Timeout, time.Second, 10*time.Minute)
	k.span("shell.timeout", c.Shell.Timeout, time.Second, time.Hour)
	k.that(c.Shell.Memory >= 16<<20, "shell.memory", "%v is less than 16 MiB", c.Shell.Memory)
	for _, h := range c.Shell.Hosts {
		k.that(isHost(h), "shell.hosts", "%q is not a host name such as example.org", h)
	}
	k.that(c.Shell.Traffic >= 1<<10 && c.Shell.Traffic <= 1<<34, "shell.traffic", "%v is not between 1 KiB and 16 GiB", c.Shell.Traffic)
	k.that(c.Journal.Path != "", "journal.path", "a file is needed")
	k.that(c.Journal.Keep == 0 || c.Journal.Keep >= 24*time.Hour, "journal.keep", "a day at least, or 0s for ever")
	k.baseURL("trace.otlp", c.Trace.OTLP)
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
}

func (m Mail) check(k *checker) {
	k.within("mail.port", m.Port, 1, 65535)
	k.oneOf("mail.tls", m.TLS, "starttls", "tls", "none")
	for _, a := range m.Known {
		_, err := mail.ParseAddress(a)
		k.that(err == nil, "mail.known", "%q is not a mail address", a)
	}
	if m.Host == "" {
		return
	}
	_, err := mail.ParseAddress(m.From)
	k.that(err == nil, "mail.from", "%q is not a mail address", m.From)
	k.that(isHost(m.Host), "mail.host", "%q is not a host name", m.Host)
	k.that(m.TLS != "none" || m.User == "" || netguard.Loopback(m.Host), "mail.tls", "none would send the password in the open to %s", m.Host)
}

// isName accepts what can be called across a room and told from other words.
func isName(n string) bool {
	letters := 0
	for _, r := range n {
		switch {
		case unicode.Is(unicode.Hangul, r):
			letters += 2
		case unicode.Is(unicode.Latin, r):
			letters++
		default:
			return false
		}
	}
	return letters >= 3
}

// isHost accepts a name or an address without scheme, port or path.
func isHost(h string) bool {
	if net.ParseIP(h) != nil {
		return true
	}
	u, err := url.Parse("//" + h)
	return err == nil && h != "" && u.Hostname() == h && !strings.ContainsAny(h, " /?#@*")
}
