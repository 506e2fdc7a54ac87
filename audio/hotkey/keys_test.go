package hotkey

import (
	"strings"
	"testing"
)

func TestParseKeys(t *testing.T) {
	tests := []struct{ text, want, portal string }{
		{"Ctrl+Alt+Space", "Ctrl+Alt+Space", "CTRL+ALT+space"},
		{" alt + CONTROL+ spacebar ", "Ctrl+Alt+Space", "CTRL+ALT+space"},
		{"F9", "F9", "F9"},
		{"f24", "F24", "F24"},
		{"Super+k", "Super+K", "LOGO+k"},
		{"win+shift+return", "Shift+Super+Enter", "SHIFT+LOGO+Return"},
		{"Ctrl+Plus", "Ctrl+Plus", "CTRL+plus"},
		{"pause", "Pause", "Pause"},
		{"한영", "Hangul", "Hangul"},
		{"ctrl+`", "Ctrl+Grave", "CTRL+grave"},
	}
	for _, test := range tests {
		k, err := ParseKeys(test.text)
		if err != nil || k.String() != test.want || k.portal() != test.portal {
			t.Errorf("ParseKeys(%q): got %s (portal %s), %v; want %s (portal %s)", test.text, k, k.portal(), err, test.want, test.portal)
		}
		if k.sym() == 0 {
			t.Errorf("%s has no keysym", k)
		}
	}
}

func TestParseKeysRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "not complete"}, {"Ctrl+", "not complete"}, {"Ctrl++", "not complete"}, {"Ctrl+Alt", "only modifiers"},
		{"Ctrl+Foo", `no key called "Foo"`}, {"Ctrl+A+B", "two keys"}, {"Ctrl+ctrl+a", "twice"},
		{"a", "needed for typing"}, {"Shift+a", "needed for typing"}, {"Space", "needed for typing"},
	}
	for _, test := range tests {
		if k, err := ParseKeys(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseKeys(%q): got %v, %v; want an error with %q", test.text, k, err, test.want)
		}
	}
}

func TestKeyTable(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range keys {
		for _, name := range append([]string{strings.ToLower(k.name)}, k.others...) {
			if seen[name] || modNamed(name) != 0 {
				t.Errorf("the name %q stands for two keys", name)
			}
			seen[name] = true
		}
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add("Ctrl+Alt+Space")
	f.Add("win+F13")
	f.Add("++")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKeys(text)
		if err != nil {
			return
		}
		if again, err := ParseKeys(k.String()); err != nil || again != k {
			t.Errorf("ParseKeys(%q) is %v, which reads as %v, %v", text, k, again, err)
		}
	})
}
