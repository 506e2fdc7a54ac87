package models

import (
	"strings"
	"testing"
)

func TestEmbedded(t *testing.T) {
	m, err := Parse(embedded)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := m.Choose()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(chosen.names(), " "), "base base-q8_0 silero qwen2.5-coder-1.5b"; got != want {
		t.Errorf("default set: got %s, want %s", got, want)
	}
	for _, model := range m {
		for _, p := range model.Places {
			if p.Recipe != "" || len(p.Packages) == 0 {
				continue
			}
			var n int64
			for _, pkg := range p.Packages {
				for _, take := range pkg.Take {
					n += take.Bytes
				}
			}
			if n != model.Bytes {
				t.Errorf("%s: the parts have %d bytes, the model %d", model.Name, n, model.Bytes)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const sum = "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"
	good := "{name: a, file: a.bin, purpose: stt, bytes: 1, sha256: " + sum + ", places: [{url: https://x.example/a}]}"
	cases := []struct{ name, model, want string }{
		{"unknown key", strings.Replace(good, "bytes: 1", "bytes: 1, speed: 2", 1), "speed"},
		{"path in the file name", strings.Replace(good, "a.bin", "../a.bin", 1), "plain file name"},
		{"hidden file", strings.Replace(good, "a.bin", ".lock", 1), "plain file name"},
		{"short checksum", strings.Replace(good, sum, "60ed", 1), "64 lower-case"},
		{"no size", strings.Replace(good, "bytes: 1", "bytes: 0", 1), "size is missing"},
		{"purpose", strings.Replace(good, "stt", "fun", 1), `unknown purpose "fun"`},
		{"not https", strings.Replace(good, "https", "http", 1), "must be https"},
		{"no place", strings.Replace(good, "{url: https://x.example/a}", "", 1), "no place"},
		{"two kinds of place", strings.Replace(good, "{url:", "{from: a, url:", 1), "one of url, packages and from"},
		{"package not pinned", strings.Replace(good, "{url: https://x.example/a}", "{packages: [{pip: x, take: []}]}", 1), "not pinned with =="},
		{"an option for a package", strings.Replace(good, "{url: https://x.example/a}", "{packages: [{pip: --index-url==1, take: []}]}", 1), "not pinned with =="},
		{"not pinned without a hub", strings.Replace(strings.Replace(good, "sha256: "+sum+",", "", 1), "{url: https://x.example/a}", "{packages: [{pip: x==1, take: [{member: m, bytes: 1}]}]}", 1), "hub that sends a checksum"},
		{"made from a later one", strings.Replace(good, "{url: https://x.example/a}", "{from: b, recipe: q8_0}", 1), "not listed before it"},
		{"needs nobody", strings.Replace(good, "bytes: 1", "bytes: 1, needs: [b]", 1), "needs \"b\""},
		{"twice", good + "\n  - " + good, "listed twice"},
	}
	if _, err := Parse([]byte("models:\n  - " + good)); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for _, c := range cases {
		if _, err := Parse([]byte("models:\n  - " + c.model)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestChooseAndPath(t *testing.T) {
	m := Embedded()
	chosen, err := m.Choose("en_US-joe-medium", "ggml-silero-v6.2.0.bin")
	if got, want := strings.Join(chosen.names(), " "), "silero en_US-joe-medium en_US-joe-medium-config"; err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	if _, err := m.Choose("huge"); err == nil || !strings.Contains(err.Error(), "known: base,") {
		t.Errorf("got %v, want the known names", err)
	}
	for name, want := range map[string]string{
		"base": "/d/ggml-base.bin", "ggml-base.bin": "/d/ggml-base.bin", "/x/y.bin": "/x/y.bin", "mine": "/d/ggml-mine.bin",
		"ggml-mine.bin": "/d/ggml-mine.bin", "qwen2.5-coder-1.5b": "/d/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "other.gguf": "/d/other.gguf",
	} {
		if got := m.Path("/d", name); got != want {
			t.Errorf("Path(%q): got %s, want %s", name, got, want)
		}
	}
}
