package policy

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"deputy/internal/netguard"
)

var (
	percents = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escapes  = regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}`)
	coded    = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)
	hexed    = regexp.MustCompile(`(?:[0-9A-Fa-f]{2}){6,}`)
	puny     = regexp.MustCompile(`(?i)\bxn--[a-z0-9-]+`)
)

var shellQuotes = strings.NewReplacer(`"`, "", `'`, "", `\`, "")

// maxDecoded bounds, in bytes, what is decoded out of one text.
const maxDecoded = 1 << 16

// decodings gives what may stand in s in another coding: percent signs, base64,
// hexadecimal digits, HTML entities, escapes of JSON, quotes of a shell, punycode;
// and what then stands in that, once more.
func decodings(s string) []string {
	var all []string
	seen := map[string]bool{s: true}
	level := []string{s}
	size := 0
	for range 2 {
		var next []string
		for _, one := range level {
			for _, d := range decodeOnce(one) {
				if d = strings.ToValidUTF8(d, ""); seen[d] || size > maxDecoded {
					continue
				}
				seen[d] = true
				size += len(d)
				next = append(next, d)
			}
		}
		all = append(all, next...)
		level = next
	}
	return all
}

func decodeOnce(s string) (out []string) {
	if percents.MatchString(s) {
		out = append(out, percents.ReplaceAllStringFunc(s, func(p string) string {
			d, err := url.PathUnescape(p)
			if err != nil {
				return p
			}
			return d
		}))
	}
	if strings.ContainsAny(s, `"'\`) { // a shell sees nothing of these
		out = append(out, shellQuotes.Replace(s))
	}
	if strings.ContainsRune(s, '&') {
		out = append(out, html.UnescapeString(s))
	}
	if escapes.MatchString(s) {
		out = append(out, escapes.ReplaceAllStringFunc(s, func(e string) string {
			n, err := strconv.ParseUint(e[2:], 16, 32)
			if err != nil {
				return e
			}
			return string(rune(n))
		}))
	}
	if puny.MatchString(s) {
		out = append(out, puny.ReplaceAllStringFunc(s, netguard.Decode))
	}
	for _, token := range coded.FindAllString(s, 2000) {
		token = strings.TrimRight(token, "=")
		for _, c := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if d, err := c.DecodeString(token); err == nil && written(d) {
				out = append(out, string(d))
				break
			}
		}
	}
	for _, token := range hexed.FindAllString(s, 2000) {
		if d, err := hex.DecodeString(token); err == nil && written(d) {
			out = append(out, string(d))
		}
	}
	return out
}

// written says whether decoded bytes are something that someone wrote.
func written(b []byte) bool {
	if len(b) < 5 || !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
