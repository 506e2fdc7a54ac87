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
