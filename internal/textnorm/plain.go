package textnorm

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clip shortens s to at most n bytes at a character, and says what it left out.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:RuneCut(s, n)] + fmt.Sprintf("\n[%s more left out]", Size(int64(len(s)-n)))
}

// RuneCut is the greatest cut <= n that splits no character of s.
func RuneCut(s string, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return min(n, len(s))
}

// Brief is the beginning of s in one line of at most n characters, for an ask:
// nothing that can't be seen or heard is left in it.
func Brief(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), Hidden(r):
			return -1
		}
		return r
	}, norm.NFC.String(s))
	s = strings.Join(strings.Fields(s), " ")
	if rs := []rune(s); len(rs) > n {
		return strings.TrimSpace(string(rs[:n])) + "…"
	}
	return s
}

// Size is n bytes for people.
func Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
