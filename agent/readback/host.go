package readback

import (
	"slices"
	"strings"
	"unicode"

	"deputy/internal/netguard"
)

// spellAddress says an e-mail address so that it can't be taken for another:
// the part before the @, "at", the host as spellHost says it. What has no @ is
// said as a host is.
func spellAddress(address, language string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return spellHost(address, language)
	}
	t := tongueOf(language)
	return t.label(clean(address[:at])) + " " + t.at + " " + spellHost(address[at+1:], language)
}

// spellHost says a host, with or without a port: its labels with "dot" between
// them, digits among letters named as such, what can't be pronounced letter by
// letter. Punycode is decoded and said to be it. Of a host of many labels it
// says whose it is: "paypal dot com dot evil dot example, which belongs to evil
// dot example".
func spellHost(host, language string) string {
	said, _ := spellWhole(host, language)
	return said
}

// spellWhole is spellHost; cut says that a label was too long to be said.
func spellWhole(host, language string) (said string, cut bool) {
	t := tongueOf(language)
	host = strings.ReplaceAll(clean(host), " ", "")
	host, port := cutPort(host)
	labels := strings.FieldsFunc(host, func(r rune) bool { return r == '.' || r == '。' })
	numeric := strings.Trim(host, "0123456789.") == "" || strings.Contains(host, ":")
	spoken := make([]string, len(labels))
	for i, l := range labels {
		last := i == len(labels)-1 && !numeric && i > 0
		var long bool
		spoken[i], long = t.hostLabel(l, last)
		cut = cut || long
	}
	dot := " " + t.dot + " "
	said = strings.Join(spoken, dot)
	site := netguard.Site(strings.ToLower(strings.Join(labels, ".")))
	if own := strings.Count(site, ".") + 1; !numeric && len(labels) > own+1 {
		said += ", " + strings.Replace(t.belongs, "%s", strings.Join(spoken[len(spoken)-own:], dot), 1)
	}
	if !numeric && strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) || slices.ContainsFunc(labels, punycoded) {
		said += ", " + t.international
	}
	if port != "" {
		said += ", " + t.port + " " + spaced(port)
	}
	return said, cut
}

// cutPort takes the port off a host, and the brackets off an IPv6 address.
func cutPort(host string) (string, string) {
	if in, rest, ok := strings.Cut(strings.TrimPrefix(host, "["), "]"); ok && strings.HasPrefix(host, "[") {
		return in, strings.TrimPrefix(rest, ":")
	}
	if before, after, ok := strings.Cut(host, ":"); ok && !strings.Contains(after, ":") {
		return before, after
	}
	return host, ""
}

func punycoded(label string) bool { return len(label) > 4 && strings.EqualFold(label[:4], "xn--") }

// tops are the ends of hosts that are said as words or are known by their letters.
const tops = " com net org edu gov mil int info biz name io dev app ai me tv co kr jp cn uk us eu de fr it es nl at ch ca au nz in example test invalid localhost local internal "

// longestLabel is how many characters of one label are said.
const longestLabel = 24

func (t *tongue) hostLabel(label string, last bool) (said string, long bool) {
	if punycoded(label) {
		if decoded := clean(netguard.Decode(label)); decoded != "" && !punycoded(decoded) {
			return t.foreign(decoded), len([]rune(decoded)) > longestLabel
		}
		return spaced(label), true
	}
	rs := []rune(label)
	if len(rs) > longestLabel {
		return t.run(len(rs), spaced(string(rs[:8]))), true
	}
	switch {
	case !last || !ascii(label):
		return t.label(label), false
	case strings.Contains(tops, " "+strings.ToLower(label)+" "):
		return label, false
	}
	return spaced(label), false
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// label says one part of an address: words as they stand, signs and digits by name.
func (t *tongue) label(s string) string {
	if !ascii(s) {
		return t.foreign(s)
	}
	letters := strings.ContainsFunc(s, unicode.IsLetter)
	var parts []string
	for len(s) > 0 {
		kind := kindOf(s[0])
		n := 1
		for n < len(s) && kind != 0 && kindOf(s[n]) == kind {
			n++
		}
		run := s[:n]
		switch {
		case kind == 'd' && letters:
			parts = append(parts, t.digit, spaced(run))
		case kind == 'd':
			parts = append(parts, spaced(run))
		case kind == 'l' && !pronounceable(run):
			parts = append(parts, spaced(run))
		case kind == 'l':
			parts = append(parts, run)
		case run == ".":
			parts = append(parts, t.dot)
		default:
			parts = append(parts, t.signs[rune(run[0])])
		}
		s = s[n:]
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func kindOf(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return 'd'
	case b|0x20 >= 'a' && b|0x20 <= 'z':
		return 'l'
	}
	return 0
}

// pronounceable says whether letters can be a word: it has a vowel, and no more
// than four consonants in a row.
func pronounceable(s string) bool {
	vowels, run := 0, 0
	for _, r := range strings.ToLower(s) {
		if run++; strings.ContainsRune("aeiouy", r) {
			vowels, run = vowels+1, 0
		}
		if run > 4 {
			return false
		}
	}
	return vowels > 0 || len(s) == 1
}

func spaced(s string) string { return strings.Join(strings.Split(s, ""), " ") }
