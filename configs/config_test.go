package configs

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// home gives the test a home directory without any XDG settings.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for _, v := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(v, "")
	}
	return dir
}

func TestDefaultIsUsable(t *testing.T) {
	home(t)
	if p := Default().problems(); len(p) != 0 {
		t.Errorf("the defaults have problems: %q", p)
	}
}

func TestExampleShowsEveryDefault(t *testing.T) {
	home(t)
	for _, p := range presetNames() {
		if !strings.Contains(string(Example()), p) {
			t.Errorf("the example does not name the preset %s", p)
		}
	}
	bare, problems := read(Example(), Default())
	if len(problems) > 0 || cmp.Diff(Default(), bare) != "" {
		t.Errorf("the example as it is changes something: %q %s", problems, cmp.Diff(Default(), bare))
	}
	// Only lines with # directly before a key or its indentation show settings; prose
	// has a capital or no colon.
	setting := regexp.MustCompile(`(?m)^#( *[a-z_]+:.*)$`)
	shown := setting.ReplaceAllString(string(Example()), "$1")
	got, problems := read([]byte(shown), Config{})
	expandPaths(&got)
	if len(problems) > 0 {
		t.Fatalf("the example's settings can't be read: %q", problems)
	}
	want := Default()
	want.Mail.Known, want.Web.Allow, want.Shell.Hosts = []string{}, []string{}, []string{}
	want.Agent.Protect = Protect{Runs: []string{}, Secrets: []string{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the example shows other values than the defaults (-default +example):\n%s", diff)
	}
	eachLeaf(reflect.ValueOf(want), "", func(path string, _ reflect.Value, _ reflect.StructTag) {
		key := path[strings.LastIndex(path, ".")+1:] + ":"
		if !strings.Contains(shown, key) {
			t.Errorf("the example does not show %s", path)
		}
	})
}

func TestProblems(t *testing.T) {
	home(t)
	cases := []struct {
		name, file string
		want       []string // each a part of one problem, in order
	}{
		{"unknown key", "audio:\n  inptu: x\n", []string{"line 2: there is no key audio.inptu; did you mean audio.input?"}},
		{"unknown section", "sound:\n  input: x\n", []string{"line 1: there is no key sound"}},
		{"key in the wrong section", "step_limit: 3\n", []string{"line 1: there is no key step_limit; did you mean agent.step_limit?"}},
		{"a secret", "llm:\n  api_key: sk-1\n", []string{"line 2: llm.api_key: secrets do not belong in this file; name an environment variable or a file of mode 0600 instead (llm.key_env, llm.key_file)"}},
		{"a secret's words stay out", "llm:\n  url: https://me:hunter2@x.example/v1\n", []string{"llm.url: a password does not belong"}},
		{"wrong kinds", "stt:\n  threads: many\naudio:\n  endpoint: fast\nweb:\n  allow: x.org\nshell:\n  timeout: 5 bananas\n  memory: lots\n", []string{
			`line 2: stt.threads: a whole number is expected, not "many"`,
			"line 4: audio.endpoint: a section with keys is expected here",
			"line 6: web.allow: a list is expected",
			`line 8: shell.timeout: a time such as 400ms, 20s or 10m is expected, not "5 bananas"`,
			`line 9: shell.memory: an amount such as 512 MiB is expected, not "lots"`,
		}},
		{"twice", "tts:\n  speed: 1\n  speed: 2\n", []string{"line 3: tts.speed is set twice, in line 2 before"}},
		{"not YAML", "a: [", []string{"line 1:"}},
		{"two documents", "log:\n  level: info\n---\nx: 1\n", []string{"only one YAML document"}},
		{"not a mapping", "- a\n", []string{"line 1: a section with keys"}},
		{"values", "language:\n  spoken: fr\naudio:\n  mode: shout\n  endpoint: {min: 2s, max: 1s}\nmail:\n  host: mx.example\n  from: nobody\n  user: u\n  tls: none\nagent:\n  workspace: relative\n  step_limit: 0\n", []string{
			`language.spoken: "fr" is not one of auto, en, ko`,
			`audio.mode: "shout" is not one of`,
			"audio.endpoint: min (2s) is above max (1s)",
			"agent.step_limit: 0 is not between 1 and 100",
			`mail.from: "nobody" is not a mail address`,
			"mail.tls: none would send the password",
			`agent.workspace: "relative" is not an absolute path`,
		}},
		{"language not in the set", "language: {spoken: ko, set: [en]}\n", []string{`language.spoken: "ko" is not one of auto, en`}},
		{"intranet without an address", "llm: {preset: intranet}\n", []string{"llm.url: the preset intranet needs the address"}},
		{"NaN", "tts:\n  speed: .nan\nllm:\n  temperature: .nan\n", []string{"tts.speed", "llm.temperature"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg, problems := read([]byte(c.file), Default())
			_, err := finish(cfg, "test", problems)
			p, ok := err.(*Problems)
			if !ok {
				t.Fatalf("got %v, want *Problems", err)
			}
			if len(p.List) != len(c.want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(p.List), len(c.want), err)
			}
			for i, want := range c.want {
				if !strings.Contains(p.List[i], want) {
					t.Errorf("problem %d: got %q, want %q", i, p.List[i], want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "sk-1") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestEmptySectionsKeepDefaults(t *testing.T) {
	home(t)
	for _, file := range []string{"", "# nothing\n", "stt:\n", "stt:\n  model:\n", "{}\n"} {
		got, problems := read([]byte(file), Default())
		if diff := cmp.Diff(Default(), got); diff != "" || len(problems) > 0 {
			t.Errorf("%q: %q %s", file, problems, diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(Example())
	f.Add([]byte("audio:\n  endpoint: {min: 2s}\n  input: &a x\n  output: *a\n"))
	f.Add([]byte("a: &a [*a]\n? [x]: y\n<<: {b: c}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, problems := read(raw, Default())
		if _, err := finish(c, "fuzz", problems); (err == nil) != (len(problems)+len(expanded(c).problems()) == 0) {
			t.Errorf("got error %v with problems %q", err, problems)
		}
	})
}

func expanded(c Config) Config {
	expandPaths(&c)
	return c
}
