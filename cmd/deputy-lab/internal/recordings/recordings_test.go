package recordings

import (
	"slices"
	"testing"
)

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
			rows := parse(tt.data)
			for _, row := range rows {
				row["folder"] = "f"
			}
			if got := clipsIn(rows); !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("file\tlang\ttranscript\na.wav\ten\tx (y")
	f.Fuzz(func(t *testing.T, data string) {
		for _, c := range clipsIn(parse(data)) {
			if c.Lang != "en" && c.Lang != "ko" {
				t.Errorf("got language %q, want en or ko", c.Lang)
			}
		}
	})
}
