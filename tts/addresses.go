package tts

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"deputy/internal/textnorm"
)

var (
	urlRE  = regexp.MustCompile(`(?i)\b(?:https?|ftp|file)://[^\s<>"'` + "`" + `)\]}가-힣]+|\bwww\.[a-z0-9.-]+[^\s<>"')\]}가-힣]*`)
	mailRE = regexp.MustCompile(`(?i)(?:mailto:)?([\p{L}\d._%+-]+)@([\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.[A-Za-z]{2,}|[\p{L}\d-]+(?:\.[\p{L}\d-]+)+)`)
	uuidRE = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-([0-9a-f]{12})\b`)
	hashRE = regexp.MustCompile(`\b[0-9a-fA-F]{12,}\b`)
	// A path: it begins with /, ~/, ./ or ../, or has a part with a dot, or three parts.
	pathRE   = regexp.MustCompile(`(^|[\s("'=,:])((?:~|\.{1,2})?/[\w.+@~-][\w.+@/~-]*|[A-Za-z]:\\[\w.\\-]+|[\w.-]+/[\w.-]+/[\w./-]+|[\w-]+/[\w./-]*\.[A-Za-z]\w*)`)
	dottedRE = regexp.MustCompile(`\b[A-Za-z0-9][\w-]*(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]+\b`)
	hiddenRE = regexp.MustCompile(`(^|\s)\.([A-Za-z]\w+)`)
	flagRE   = regexp.MustCompile(`(^|\s)(--?)([A-Za-z][\w-]*)`)
)

// sayAddresses puts URLs, e-mail addresses, file paths and names, command-line
// flags and long identifiers into words.
func sayAddresses(text string, w *wording) string {
	text = urlRE.ReplaceAllStringFunc(text, func(m string) string {
		body := strings.TrimRight(m, ".,;:!?'\"*_")
		return sayURL(body, w) + m[len(body):]
	})
	text = mailRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := mailRE.FindStringSubmatch(m)
		return w.local(sub[1]) + " " + w.at + " " + w.domain(sub[2])
	})
	text = uuidRE.ReplaceAllStringFunc(text, func(m string) string { return w.ending(m) })
	text = hashRE.ReplaceAllStringFunc(text, func(m string) string {
		if strings.IndexFunc(m, unicode.IsDigit) < 0 || strings.IndexFunc(m, unicode.IsLetter) < 0 {
			return m // a word or a number
		}
		return w.ending(m)
	})
	text = pathRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := pathRE.FindStringSubmatch(m)
		body := strings.TrimRight(sub[2], ".,;:-")
		return sub[1] + w.path(body) + sub[2][len(body):]
	})
	text = dottedRE.ReplaceAllStringFunc(text, func(m string) string {
		if initials(m) {
			return m
		}
		return w.path(m)
	})
	text = hiddenRE.ReplaceAllString(text, "${1}"+w.dot+" $2")
	return flagRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := flagRE.FindStringSubmatch(m)
		return sub[1] + strings.Repeat(w.dash+" ", len(sub[2])) + strings.ReplaceAll(sub[3], "-", " ")
	})
}

// sayURL says the host of a URL: what comes before an @ in it is a disguise.
func sayURL(raw string, w *wording) string {
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	if u.Host == "" {
		return w.path(u.Path)
	}
	return w.domain(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."))
}

// domain spells a host so that it can't be mistaken for another.
func (w *wording) domain(host string) string {
	latin, other := false, false
	for _, r := range host {
		if unicode.IsLetter(r) {
			latin = latin || unicode.Is(unicode.Latin, r)
			other = other || !unicode.Is(unicode.Latin, r) && !textnorm.Hangul(r)
		}
	}
	said := spell(host, ".", " "+w.dot+" ", "-", " "+w.dash+" ", "_", " "+w.underscore+" ", ":", " ")
	if latin && other || strings.Contains(host, "xn--") {
		return w.mixed + ", " + said
	}
	return said
}

// local says the part of an e-mail address before its @.
func (w *wording) local(s string) string {
	return spell(s, ".", " "+w.dot+" ", "-", " "+w.dash+" ", "_", " "+w.underscore+" ", "+", " "+w.plus+" ")
}

// path says a file's path or name, each part of it.
func (w *wording) path(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "./"), "~/")
	return spell(s, "..", " "+w.dot+" "+w.dot+" ", ".", " "+w.dot+" ", "/", " "+w.slash+" ", `\`, " "+w.slash+" ",
		":", " ", "_", " ", "-", " ", "+", " "+w.plus+" ", "@", " "+w.at+" ", "~", " ")
}

// ending says the last four characters of an identifier, one by one.
func (w *wording) ending(id string) string {
	return w.id + " " + strings.Join(strings.Split(strings.ToLower(id[len(id)-4:]), ""), " ")
}

func spell(s string, pairs ...string) string {
	return strings.Join(strings.Fields(strings.NewReplacer(pairs...).Replace(s)), " ")
}

// initials says whether a dotted word is letters with dots: U.S., p.m, e.g.
func initials(s string) bool {
	for _, part := range strings.Split(s, ".") {
		if len(part) > 1 {
			return false
		}
	}
	return true
}
