package stt

import "testing"

func TestLanguageCode(t *testing.T) {
	for name, want := range map[string]string{
		"en": "en", "English": "en", " korean ": "ko", "ko-KR": "ko", "en_US": "en", "haw": "haw", "cantonese": "yue",
		"": "", "klingon": "", "-": "",
	} {
		if got := LanguageCode(name); got != want {
			t.Errorf("LanguageCode(%q) = %q, want %q", name, got, want)
		}
	}
	for name, code := range codes {
		if LanguageCode(code) != code || code == "" {
			t.Errorf("%q has the code %q, which is not its own", name, code)
		}
	}
}
