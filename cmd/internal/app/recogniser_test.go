package app

import (
	"strings"
	"testing"

	"deputy/configs"
)

func TestSpokenLanguages(t *testing.T) {
	set := []string{"en", "ko"}
	for _, tt := range []struct {
		spoken, flag string
		want         string
	}{
		{"auto", "", "en ko"}, {"ko", "", "ko"}, {"ko", "auto", "en ko"}, {"auto", "de", "de"},
		{"auto", "en,de", "en de"}, {"en", "any", ""},
	} {
		got := strings.Join(spoken(configs.Language{Spoken: tt.spoken, Set: set}, tt.flag), " ")
		if got != tt.want {
			t.Errorf("spoken(%q, %q) = %q, want %q", tt.spoken, tt.flag, got, tt.want)
		}
	}
}
