package score

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
		if got := Units(tt.lang, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("Units(%s, %q): got %q, want %q", tt.lang, tt.text, got, tt.want)
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
		got := Compare(strings.Fields(tt.want), strings.Fields(tt.got))
		want := Score{Clips: 1, Units: len(strings.Fields(tt.want)), Substituted: tt.substituted, Missed: tt.missed, Invented: tt.invented}
		if got != want {
			t.Errorf("Compare(%q, %q): got %+v, want %+v", tt.want, tt.got, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, data string
		want       []Clip
	}{
		{"transcripts", "file\ttranscript\na.wav\tten of clubs\n", []Clip{{"f", "a.wav", "en", "ten of clubs", false}}},
		{"languages", "file\tlang\ttranscript\na.wav\tde\tlicht\nb.wav\tko\t불 켜\n", []Clip{{"f", "b.wav", "ko", "불 켜", false}}},
		{"remarks", "file\ttranscript\na.wav\tset a timer (heard by machine)\nb.wav\t(several commands)\n", []Clip{{"f", "a.wav", "en", "set a timer", false}}},
		{"silence", "file\tlang\tlabel_type\tlabel\na.wav\ten\ttranscript\t(no speech)\nb.wav\ten\tintent\t{\"x\":1}\n", []Clip{{"f", "a.wav", "en", "", false}}},
		{"kinds", "file\tkind\tlabel\na.wav\tASR\tdrop it\nb.wav\tESC50\tdog\n", []Clip{{"f", "a.wav", "en", "drop it", false}}},
		{"keywords", "file\tkeyword\na.flac\tsmart mirror\n", []Clip{{"f", "a.flac", "en", "smart mirror", false}}},
		{"machines", "file\tlang\ttranscript\tintent\na.wav\ten\tlights\tTTS (a cloud)\n", []Clip{{"f", "a.wav", "en", "lights", true}}},
		{"text only", "lang\tsentence\nen\thello\n", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Parse("f", tt.data); !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("file\tlang\ttranscript\na.wav\ten\tx (y")
	f.Fuzz(func(t *testing.T, data string) {
		for _, c := range Parse("f", data) {
			if c.Lang != "en" && c.Lang != "ko" {
				t.Errorf("got language %q, want en or ko", c.Lang)
			}
		}
	})
}
