package policy

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// minRun is how many characters in a row, taken over from a text, are no accident.
const minRun = 12

// piece is what steers an effect even when it is short: an address, a URL, a
// host, a path, a number of four digits or more (grouped or not).
var piece = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|https?://[^\s"'<>]+|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}|[~.\p{L}\p{N}_-]*(?:/[.\p{L}\p{N}_-]+)+|\d[\d,.-]{2,}\d`)

// Tainted names, sorted, the arguments whose value, or a meaningful piece of it,
// stands in one of the untrusted texts and not in the order: what the owner said
// is the owner's, wherever else it stands. Case and spacing don't count.
func Tainted(args map[string]string, untrusted []string, order string) []string {
	if len(untrusted) == 0 {
		return nil
	}
	own := fold(order)
	var texts []string
	for _, u := range untrusted {
		texts = append(texts, fold(u))
	}
	var names []string
	for name, value := range args {
		if tainted(fold(value), texts, own) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func tainted(value string, texts []string, own string) bool {
	if value == "" || strings.Contains(own, value) {
		return false
	}
	for _, p := range append(piece.FindAllString(value, -1), value) {
		if utf8.RuneCountInString(p) < 3 || holds(own, p) {
			continue
		}
		for _, t := range texts {
			if holds(t, p) {
				return true
			}
		}
	}
	runes := []rune(value)
	for i := 0; i+minRun <= len(runes); i++ {
		run := string(runes[i : i+minRun])
		if strings.Contains(own, run) {
			continue
		}
		for _, t := range texts {
			if strings.Contains(t, run) {
				return true
			}
		}
	}
	return false
}

// holds says whether p stands in text; a number also when it is grouped otherwise.
func holds(text, p string) bool {
	if strings.Contains(text, p) {
		return true
	}
	d := digits(p)
	return len(d) >= 4 && len(d) == len(strings.Trim(p, ",.-"))-strings.Count(p, ",") && strings.Contains(digits(text), d)
}

// digits leaves the commas within numbers out of s.
func digits(s string) string { return strings.ReplaceAll(s, ",", "") }

// fold makes case and spacing alike.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
