package configs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, file, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEnvironmentOverTheFile(t *testing.T) {
	dir := home(t)
	file := write(t, filepath.Join(dir, "c.yaml"), "stt:\n  model: small\n  threads: 2\nagent:\n  workspace: ~/work\n", 0o600)
	t.Setenv("DEPUTY_STT_MODEL", "large-v3-turbo")
	t.Setenv("DEPUTY_AUDIO_ENDPOINT_MIN", "600ms")
	t.Setenv("DEPUTY_WEB_ALLOW", "a.example, b.example")
	t.Setenv("DEPUTY_SHELL_ENABLED", "false")
	t.Setenv("DEPUTY_SHELL_MEMORY", "1 GiB")
	t.Setenv("DEPUTY_AUDIO_HOTKEY", "")
	t.Setenv("DEPUTY_AUDIO_MODE", "hands-free")
	got, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.STT.Model, want.STT.Threads = "large-v3-turbo", 2
	want.Agent.Workspace = filepath.Join(dir, "work")
	want.Audio.Endpoint.Min = 600 * time.Millisecond
	want.Audio.Hotkey, want.Audio.Mode = "", "hands-free"
	want.Web.Allow = []string{"a.example", "b.example"}
	want.Shell.Enabled = false
	want.Shell.Memory = 1 << 30
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBadEnvironment(t *testing.T) {
	home(t)
	t.Setenv("DEPUTY_STT_THREADS", "two")
	t.Setenv("DEPUTY_TTS_ENGINE", "parrot")
	_, err := LoadUser("")
	if err == nil || !strings.Contains(err.Error(), `DEPUTY_STT_THREADS: a whole number is expected, not "two"`) ||
		!strings.Contains(err.Error(), `tts.engine: "parrot"`) {
		t.Errorf("got %v, want both problems", err)
	}
}

func TestEnvNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	eachLeaf(reflect.ValueOf(Config{}), "", func(path string, _ reflect.Value, _ reflect.StructTag) {
		if other := seen[EnvName(path)]; other != "" {
			t.Errorf("%s and %s are both %s", path, other, EnvName(path))
		}
		seen[EnvName(path)] = path
	})
	if len(seen) < 50 {
		t.Errorf("got %d keys, want all of them", len(seen))
	}
}

func TestLoadMissing(t *testing.T) {
	dir := home(t)
	if _, err := Load(filepath.Join(dir, "no.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if _, err := LoadUser(filepath.Join(dir, "no.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a named file that is missing: got %v, want fs.ErrNotExist", err)
	}
	got, err := LoadUser("")
	if err != nil || cmp.Diff(Default(), got) != "" {
		t.Errorf("without a file: got %v %v, want the defaults", got, err)
	}
}

func TestUserPaths(t *testing.T) {
	dir := home(t)
	want := Paths{
		Config: filepath.Join(dir, ".config/deputy/config.yaml"), State: filepath.Join(dir, ".local/state/deputy"),
		Data: filepath.Join(dir, ".local/share/deputy"), Cache: filepath.Join(dir, ".cache/deputy"), Workspace: filepath.Join(dir, "Deputy"), Runtime: filepath.Join(dir, ".local/state/deputy"),
	}
	if got := UserPaths(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	t.Setenv("XDG_CACHE_HOME", "/c")
	t.Setenv("XDG_DATA_HOME", "/d")
	t.Setenv("XDG_STATE_HOME", "not/absolute")
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	want.Cache, want.Data, want.Runtime = "/c/deputy", "/d/deputy", "/run/user/7/deputy"
	if got := UserPaths(); got != want {
		t.Errorf("with XDG variables: got %+v, want %+v", got, want)
	}
}

func TestReadSecret(t *testing.T) {
	dir := home(t)
	good := write(t, filepath.Join(dir, "good"), "s3cret\n", 0o600)
	cases := []struct{ name, env, file, want, err string }{
		{"none", "", "", "", ""},
		{"unset variable, no file", "NO_SUCH_KEY", "", "", ""},
		{"variable", "A_KEY", good, "from-env", ""},
		{"file", "NO_SUCH_KEY", good, "s3cret", ""},
		{"readable by others", "", write(t, filepath.Join(dir, "open"), "x", 0o644), "", "chmod 600"},
		{"missing", "", filepath.Join(dir, "missing"), "", "no such file"},
		{"empty", "", write(t, filepath.Join(dir, "empty"), " \n", 0o600), "", "is empty"},
		{"two lines", "", write(t, filepath.Join(dir, "two"), "a\nb\n", 0o600), "", "more than one line"},
		{"huge", "", write(t, filepath.Join(dir, "huge"), strings.Repeat("x", 1<<17), 0o600), "", "too large"},
		{"a directory", "", dir, "", "not a plain file"},
	}
	t.Setenv("A_KEY", " from-env ")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadSecret(c.env, c.file)
			if got.Reveal() != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %q %v, want %q %q", got.Reveal(), err, c.want, c.err)
			}
		})
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	s := NewSecret("s3cret")
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s)
	fmt.Fprintf(&out, "%v %+v %#v", struct{ S Secret }{s}, &s, []Secret{s})
	fmt.Fprintf(&out, "%v %+v %#v", struct{ s Secret }{s}, struct{ s *Secret }{&s}, struct{ s []Secret }{[]Secret{s}})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", s, "in", struct{ S Secret }{s})
	if err := json.NewEncoder(&out).Encode(map[string]any{"s": s}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "s3cret") || strings.Contains(out.String(), fmt.Sprintf("%x", "s3cret")) {
		t.Errorf("the secret is shown: %s", out.String())
	}
}

func TestPrintRoundTripsAndHides(t *testing.T) {
	home(t)
	t.Setenv("OPENAI_API_KEY", "sk-very-secret")
	t.Setenv("DEPUTY_TTS_SPEED", "1.2")
	c, err := LoadUser("")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"key_env: OPENAI_API_KEY # set (hidden)", "password_env: DEPUTY_SMTP_PASSWORD # not set", "speed: 1.2 # from DEPUTY_TTS_SPEED", "timeout: 2m0s", "memory: 512 MiB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "very-secret") {
		t.Error("the secret is shown")
	}
	again, problems := read(out.Bytes(), Config{})
	if again.Mail.Known == nil {
		again.Mail.Known = c.Mail.Known
	}
	if diff := cmp.Diff(c, again, cmp.Comparer(func(a, b []string) bool { return strings.Join(a, ",") == strings.Join(b, ",") })); diff != "" || len(problems) > 0 {
		t.Errorf("what was printed reads differently: %q\n%s", problems, diff)
	}
}

func TestBytes(t *testing.T) {
	cases := []struct {
		text string
		want Bytes
		bad  bool
	}{
		{"0", 0, false}, {"17", 17, false}, {"512 MiB", 512 << 20, false}, {"512MiB", 512 << 20, false}, {"2MB", 2e6, false},
		{"1 GiB", 1 << 30, false}, {"3 kB", 3000, false}, {"9 B", 9, false},
		{"-1", 0, true}, {"", 0, true}, {"MB", 0, true}, {"1.5 GB", 0, true}, {"9999999999 GiB", 0, true},
	}
	for _, c := range cases {
		got, err := ParseBytes(c.text)
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("ParseBytes(%q): got %d %v, want %d, error %v", c.text, got, err, c.want, c.bad)
		}
		if again, err := ParseBytes(got.String()); again != got || err != nil {
			t.Errorf("%q written as %q reads as %d, %v", c.text, got.String(), again, err)
		}
	}
}

func TestPresets(t *testing.T) {
	home(t)
	seen := map[string]bool{}
	for _, p := range presets() {
		if seen[p.Name] || p.Name == "auto" || p.Name == "" {
			t.Errorf("preset name %q is taken", p.Name)
		}
		seen[p.Name] = true
		if p.Tools != "native" && p.Tools != "schema" {
			t.Errorf("%s: tools %q", p.Name, p.Tools)
		}
		k := &checker{}
		k.baseURL("url", p.URL)
		if len(k.list) > 0 || (p.URL == "") != (p.Name == Local) {
			t.Errorf("%s: url %q: %q", p.Name, p.URL, k.list)
		}
	}
	got, err := LLM{Model: "m", Tools: "schema"}.Resolve("openai")
	if err != nil || got.Model != "m" || got.Tools != "schema" || got.KeyEnv != "OPENAI_API_KEY" || got.URL != "https://api.openai.com/v1" {
		t.Errorf("got %+v %v, want openai with model and tools replaced", got, err)
	}
	if _, err := (LLM{}).Resolve("intranet"); err == nil || !strings.Contains(err.Error(), "llm.url") {
		t.Errorf("intranet without an address: got %v, want a hint at llm.url", err)
	}
	if _, err := (LLM{}).Resolve("nobody"); err == nil || !strings.Contains(err.Error(), "ollama") {
		t.Errorf("unknown preset: got %v, want the known ones", err)
	}
}

// TestReadsAhead: nothing is sent for nothing to where it may cost, or leave this machine, unless the owner says so.
func TestReadsAhead(t *testing.T) {
	for _, tt := range []struct {
		ahead, preset, url, key string
		want                    bool
	}{
		{"auto", "local", "", "", true},
		{"auto", "ollama", "", "", true},
		{"auto", "llama-server", "http://[::1]:8080/v1", "", true},
		{"auto", "llama-server", "", "SOME_KEY", false},
		{"auto", "llama-server", "http://192.168.1.5:8080/v1", "", false},
		{"auto", "intranet", "http://llm.acme.example/v1", "", false},
		{"auto", "openai", "", "", false},
		{"on", "openai", "", "", true},
		{"off", "local", "", "", false},
	} {
		l := LLM{ReadAhead: tt.ahead, URL: tt.url, KeyEnv: tt.key}
		p, err := l.Resolve(tt.preset)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.ReadsAhead(p); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}
