package main

import (
	"slices"
	"strings"
	"testing"
)

func TestUnits(t *testing.T) {
	tests := []struct {
		lang, text string
		want       []string
	}{
		{"en", "What's the weather-like, Mr. Quilter?", []string{"whats", "the", "weather", "like", "mr", "quilter"}},
		{"en", "Set to 5 degrees.", []string{"set", "to", "5", "degrees"}},
		{"en", " ... ", nil},
		{"ko", "동료 인, 장동 련.", []string{"동", "료", "인", "장", "동", "련"}},
		{"ko", "", nil},
	}
	for _, tt := range tests {
		if got := units(tt.lang, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("units(%s, %q): got %q, want %q", tt.lang, tt.text, got, tt.want)
		}
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		want, got                     string
		substituted, missed, invented int
	}{
		{"a b c", "a b c", 0, 0, 0},
		{"a b c", "a x c", 1, 0, 0},
		{"a b c", "a c", 0, 1, 0},
		{"a b c", "a b b c", 0, 0, 1},
		{"a b c", "", 0, 3, 0},
		{"", "thank you", 0, 0, 2},
		{"turn on the lamp", "turned on a the lamp now", 1, 0, 2},
	}
	for _, tt := range tests {
		got := compare(strings.Fields(tt.want), strings.Fields(tt.got))
		want := score{clips: 1, units: len(strings.Fields(tt.want)), substituted: tt.substituted, missed: tt.missed, invented: tt.invented}
		if got != want {
			t.Errorf("compare(%q, %q): got %+v, want %+v", tt.want, tt.got, got, want)
		}
	}
}

func TestParseManifest(t *testing.T) {
	tests := []struct {
		name, data string
		want       []clip
	}{
		{"transcripts", "file\ttranscript\na.wav\tten of clubs\n", []clip{{"f", "a.wav", "en", "ten of clubs"}}},
		{"languages", "file\tlang\ttranscript\na.wav\tde\tlicht\nb.wav\tko\t불 켜\n", []clip{{"f", "b.wav", "ko", "불 켜"}}},
		{"remarks", "file\ttranscript\na.wav\tset a timer (heard by machine)\nb.wav\t(several commands)\n", []clip{{"f", "a.wav", "en", "set a timer"}}},
		{"silence", "file\tlang\tlabel_type\tlabel\na.wav\ten\ttranscript\t(no speech)\nb.wav\ten\tintent\t{\"x\":1}\n", []clip{{"f", "a.wav", "en", ""}}},
		{"kinds", "file\tkind\tlabel\na.wav\tASR\tdrop it\nb.wav\tESC50\tdog\n", []clip{{"f", "a.wav", "en", "drop it"}}},
		{"keywords", "file\tkeyword\na.flac\tsmart mirror\n", []clip{{"f", "a.flac", "en", "smart mirror"}}},
		{"text only", "lang\tsentence\nen\thello\n", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseManifest("f", tt.data); !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add("file\tlang\ttranscript\na.wav\ten\tx (y")
	f.Fuzz(func(t *testing.T, data string) {
		for _, c := range parseManifest("f", data) {
			if c.lang != "en" && c.lang != "ko" {
				t.Errorf("got language %q, want en or ko", c.lang)
			}
		}
	})
}

func TestTableLeavesOutWhatWasNotTranscribed(t *testing.T) {
	clips := []clip{{"f", "a.wav", "en", "one two"}, {"f", "b.wav", "en", "three four"}}
	var out strings.Builder
	if err := printTable(&out, clips, map[string]string{"f/a.wav": "one too"}); err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(strings.Split(out.String(), "\n")[2])
	if got, want := strings.Join(fields, " "), "| f (en) | 1 | 1 | 2 | 1 | 0 | 0 | 50.0 % |"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
