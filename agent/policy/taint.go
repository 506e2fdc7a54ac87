package policy

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minRun is how many characters in a row, taken over from a text, are no accident.
const minRun = 12

var (
	// piece is what steers an effect even when it is short: an address, a URL, a
	// host, a path.
	piece = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|https?://[^\s"'<>]+|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}|[~.\p{L}\p{N}_-]*(?:/[.\p{L}\p{N}_-]+)+`)
	// number is an amount, a phone number, an account; see numbers.
	number = regexp.MustCompile(`\d[\d,. -]*\d`)
)

// Tainted names, sorted, the arguments whose value, or a meaningful piece of it,
// stands in one of the untrusted texts and not in the order: what the owner said
// is the owner's, wherever else it stands. A piece is an address, a URL, a host,
// a path, a number of four digits or more, or any twelve characters in a row.
// Case, spacing and what can't be seen don't count, nor how a number is grouped.
func Tainted(args map[string]string, untrusted []string, order string) []string {
	if len(untrusted) == 0 {
		return nil
	}
	own := newText(order)
	texts := make([]text, len(untrusted))
	for i, u := range untrusted {
		texts[i] = newText(u)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if value := newText(args[name]); value.takenFrom(texts, own) {
			names = append(names, name)
		}
	}
	return names
}

// A text is some text, folded, with the numbers in it.
type text struct {
	s       string
	numbers map[string]bool
}

func newText(s string) text {
	t := text{fold(s), map[string]bool{}}
	for _, n := range number.FindAllString(t.s, -1) {
		// "1,000 2,000" may be two numbers or one: count it as each.
		for _, n := range append(strings.Fields(n), n) {
			n = strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, n)
			if len(n) >= 4 {
				t.numbers[n] = true
			}
		}
	}
	return t
}

func (v text) takenFrom(texts []text, own text) bool {
	if v.s == "" || strings.Contains(own.s, v.s) {
		return false
	}
	for n := range v.numbers {
		if !own.numbers[n] && slices.ContainsFunc(texts, func(t text) bool { return t.numbers[n] }) {
			return true
		}
	}
	small := strings.Trim(v.s, "0123456789,. -") == "" // its numbers were looked at
	if !small && slices.ContainsFunc(texts, func(t text) bool { return t.says(v.s) }) {
		return true
	}
	for _, p := range piece.FindAllString(v.s, -1) {
		p = strings.TrimRight(p, ".,/")
		if utf8.RuneCountInString(p) < 3 || strings.Contains(own.s, p) {
			continue
		}
		if slices.ContainsFunc(texts, func(t text) bool { return strings.Contains(t.s, p) }) {
			return true
		}
	}
	runs := map[string]bool{}
	for run := range windows(v.s) {
		if !strings.Contains(own.s, run) {
			runs[run] = true
		}
	}
	for _, t := range texts {
		if len(runs) == 0 {
			break
		}
		for run := range windows(t.s) {
			if runs[run] {
				return true
			}
		}
	}
	return false
}

// says whether t holds a short value as words of its own; Korean particles may
// follow it.
func (t text) says(value string) bool {
	if utf8.RuneCountInString(value) < 2 {
		return false
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for at := 0; ; {
		i := strings.Index(t.s[at:], value)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(t.s[:at+i])
		after, _ := utf8.DecodeRuneInString(t.s[at+i+len(value):])
		if !word(before) && (!word(after) || unicode.Is(unicode.Hangul, after)) {
			return true
		}
		at += i + len(value)
	}
}

// windows yields every minRun characters in a row of s.
func windows(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		end, n := 0, 0
		for start := range s {
			for n < minRun && end < len(s) {
				_, size := utf8.DecodeRuneInString(s[end:])
				end += size
				n++
			}
			if n < minRun || !yield(s[start:end]) {
				return
			}
			n--
		}
	}
}

// fold makes case, width and spacing alike and drops what can't be seen.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= 0xFEE0
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
