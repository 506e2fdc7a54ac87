package numexpr

import (
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for in, want := range map[string]string{
		"fifty dollars": "50", "two hundred and five": "205", "one thousand two hundred": "1200", "three million": "3000000", "twenty-one": "21",
		"5 thousand": "5000", "1.5 million": "1500000", "5만 원": "50000", "오만 원": "50000", "5만 3천 원": "53000", "이천오백 원": "2500", "만 원": "10000", "1억": "100000000",
	} {
		if got := Find(in); !slices.Contains(got, want) {
			t.Errorf("%q: got %v, want %s", in, got, want)
		}
	}
	for _, in := range []string{"and a", "hello", strings.Repeat("million ", 50), strings.Repeat("억", 50), strings.Repeat("9", 400)} {
		Find(in)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("two hundred and five, 5만 3천 원, 1.5 million")
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range Find(s) {
			if n == "" || strings.Trim(n, "0123456789") != "" || n[0] == '0' {
				t.Errorf("%q: got %q, which is no number", s, n)
			}
		}
	})
}
