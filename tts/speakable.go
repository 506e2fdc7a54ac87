package tts

import (
	"html"
	"strings"
	"unicode"
)

// spokenLimit is the length, in runes, at which a text is broken off: more than
// a minute of speech that nobody asked to hear in full.
const spokenLimit = 1000

// speakable turns a text as written into the text to be spoken, in language
// ("en" or "ko"; "" chooses by script). Markdown loses its marks, a code block
// becomes the words "a code block", a URL its domain, numbers, dates, amounts,
// addresses and paths what a person would say. Emoji, control, bidirectional
// and invisible characters are dropped, and so is everything an engine might
// take for markup of its own: what is left is letters, digits, spaces and plain
// punctuation, with no dash in front. It is at most about 1000 runes, then
// "and so on" and cut is true. It is empty when there is nothing to say.
func speakable(text, language string) (spoken string, cut bool) {
	if len(text) > 8*spokenLimit {
		text, cut = strings.ToValidUTF8(text[:8*spokenLimit], ""), true
	}
	if language == "" {
		language = Language(text)
	}
	w := wordingFor(language)
	text = clean(html.UnescapeString(clean(text)))
	text = unmark(text, w)
	text = sayAddresses(text, w)
	text = w.numbers(text)
	text = w.symbols.Replace(text)
	text = plain(text)
	if strings.IndexFunc(text, sounded) < 0 {
		return "", cut
	}
	if r := []rune(text); len(r) > spokenLimit {
		text, cut = strings.TrimRight(string(r[:foldAt(r[:spokenLimit])]), " ,;:"), true
	}
	if cut {
		text += ", " + w.rest
	}
	return text, cut
}

func sounded(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// unlike are signs written in several ways, brought to one.
var unlike = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ", "\u00a0", " ", "\u3000", " ",
	"‘", "'", "’", "'", "“", `"`, "”", `"`, "…", "...", "−", "-", "‐", "-", "‑", "-", "–", "-", "—", ", ",
	"。", ". ", "、", ", ", "→", " → ", "⇒", " → ", "℃", "°C", "￦", "₩", "％", "%", "～", "~", "〜", "~")

// clean drops what can't be seen or heard and brings the rest to plain forms.
func clean(text string) string {
	run, last := 0, rune(-1)
	text = strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e && !strings.ContainsRune("～％", r) {
			r -= 0xff01 - '!' // full-width ASCII
		}
		if r != '\n' && r != '\t' && r != '\r' && !audible(r) {
			return -1
		}
		// A character over and over ("!!!!!", a drawn line, stacked accents)
		// would keep an engine busy for nothing.
		if r == last || unicode.Is(unicode.Mn, r) && unicode.Is(unicode.Mn, last) {
			run++
		} else {
			run, last = 1, r
		}
		if run > 3 && !unicode.IsDigit(r) && r != '-' && r != '=' && r != '~' && r != ' ' {
			return -1
		}
		return r
	}, text)
	return unlike.Replace(text)
}

// audible says whether a character can stand in a text to be spoken.
func audible(r rune) bool {
	switch {
	case r == unicode.ReplacementChar, r >= 0xfe00 && r <= 0xfe0f, r == 0x20e3:
		return false
	case unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.Sc, unicode.Zs):
		return r != 0x3164 && r != 0x115f && r != 0x1160 && r != 0xffa0 // Hangul fillers are letters that show nothing
	case unicode.In(r, unicode.Mn, unicode.Mc):
		return r < 0xe0000
	case unicode.Is(unicode.Sm, r):
		return r < 0x2300
	}
	return strings.ContainsRune("°^`®©™", r)
}

// plain keeps what every engine reads as text and nothing that one of them
// could take for markup, and mends the spacing.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case sounded(r), unicode.IsMark(r), strings.ContainsRune(".,;:?!'-", r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString("\n")
		case strings.ContainsRune("([{)]}", r):
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
	}
	text = b.String()
	lines := strings.Split(text, "\n")
	out := lines[:0]
	for _, line := range lines {
		if line = tidy(line); strings.IndexFunc(line, sounded) >= 0 {
			out = append(out, line)
		}
	}
	for i, line := range out[:max(0, len(out)-1)] {
		if !strings.ContainsAny(line[len(line)-1:], ".?!:;,") {
			out[i] = line + "."
		}
	}
	return strings.Join(out, " ")
}

// tidy mends what taking characters out of a line has left: spaces before
// punctuation, commas in a row, dashes that join nothing.
func tidy(line string) string {
	fields := strings.Fields(line)
	out := fields[:0]
	for _, f := range fields {
		f = strings.Trim(f, "-")
		f = strings.ReplaceAll(f, "--", ", ")
		switch {
		case f == "" || f == "'":
		case strings.Trim(f, ".,;:?!'") != "":
			out = append(out, strings.TrimLeft(f, ".,;:?!"))
		case len(out) == 0:
		case strings.Trim(f, ",;:'") == "":
			if !strings.HasSuffix(out[len(out)-1], ",") {
				out[len(out)-1] = strings.TrimRight(out[len(out)-1], ",;:") + ","
			}
		default:
			out[len(out)-1] = strings.TrimRight(out[len(out)-1], ".,;:?!") + strings.Trim(f, ",;:'")
		}
	}
	return strings.TrimRight(strings.TrimLeft(strings.Join(out, " "), ".,;:?! "), ",;: ")
}
