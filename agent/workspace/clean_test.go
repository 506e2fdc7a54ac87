package workspace

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCleanPath(f *testing.F) {
	for _, s := range []string{"a/b", "../x", "/desk/a", "/etc", "a/../../b", "C:/x", "메모.md", "~/x", "file:///desk/x", "a//b/./c", "a\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := cleanPath("/desk", s)
		if err != nil {
			return
		}
		if !filepath.IsLocal(got) || path.Clean(got) != got || !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\\\n") {
			t.Errorf("cleanPath(%q): got %q", s, got)
		}
		if again, err := cleanPath("/desk", got); err != nil || again != got {
			t.Errorf("cleanPath(%q): got %q, then %q, %v", s, got, again, err)
		}
	})
}
