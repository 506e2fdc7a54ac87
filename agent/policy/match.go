package policy

import (
	"strings"

	"deputy/internal/netguard"
)

// matchAll matches exactly; of a list of addresses every one must match, unless
// the pattern is that very list.
func matchAll(pattern, s string) bool {
	if pattern == s {
		return true
	}
	for _, one := range list(s) {
		if !glob(pattern, one) {
			return false
		}
	}
	return true
}

// matchAny matches whatever the case, the width and what can't be seen; of a
// list of addresses one is enough.
func matchAny(pattern, s string) bool {
	pattern = fold(pattern)
	for _, one := range append(list(s), s) {
		if glob(pattern, fold(one)) {
			return true
		}
	}
	return false
}

// hostMatches matches a host: "acme.example" is that host, "*.acme.example" what
// lies below it, "*" any. To a careful rule the wider one is the host too.
func hostMatches(pattern, host string, careful bool) bool {
	if host = normalHost(host); host == "" {
		return false
	}
	if pattern == "*" {
		return true
	}
	if pattern = normalHost(pattern); pattern == host {
		return true
	}
	below, wide := strings.CutPrefix(pattern, "*.")
	return wide && below != "" && !strings.Contains(below, "*") && (strings.HasSuffix(host, "."+below) || careful && host == below)
}

// normalHost makes the spellings of a host alike: case, a last dot, punycode, a port.
func normalHost(h string) string {
	h = fold(h)
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.Contains(h[:i], ":") {
		h = h[:i]
	}
	return netguard.Decode(strings.TrimSuffix(h, "."))
}

// glob matches the whole of s against pattern: * is any run, ? any one character.
func glob(pattern, s string) bool {
	ps, ss := []rune(pattern), []rune(s)
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(ss) {
		switch {
		case p < len(ps) && ps[p] == '*':
			star, mark = p, i
			p++
		case p < len(ps) && (ps[p] == '?' || ps[p] == ss[i]):
			p++
			i++
		case star >= 0: // let the last star take one more
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(ps[p:]), "*") == ""
}
