package readback

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// clean brings text to the characters that are to be heard: no control, no
// bidirectional or zero-width character, no variation selector, no tag; the wide
// and the ornamental forms of ASCII become ASCII, jamo syllables; a line end
// becomes the end of a sentence. Hangul fillers inside a word stay, since the word
// is to be flagged; see foreign. The result is one line with single spaces.
func clean(s string) string {
	var out []rune
	for _, r := range s {
		if r = plainForm(r); r == '\n' {
			out = pause(out)
			continue
		}
		if r >= 0 {
			out = append(out, r)
		}
	}
	s = norm.NFC.String(flattenMarks(out))
	return strings.Join(strings.Fields(counted(s)), " ")
}

// plainForm is a character as it is to be heard: '\n' for any line end, ' ' for
// any space, -1 for what is dropped.
func plainForm(r rune) rune {
	switch {
	case r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
		return '\n'
	case r == '\n':
		return r
	case r == '\t' || r == 0x2800 || unicode.Is(unicode.Zs, r): // U+2800: an empty Braille cell
		return ' '
	case r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.Is(unicode.Me, r):
		return -1
	case textnorm.Ignorable(r) && !filler(r):
		return -1
	}
	return ornamental(textnorm.Narrow(r))
}

// ornamental folds the letters and digits that are drawn for show.
func ornamental(r rune) rune {
	switch {
	case r >= 0x1f150 && r <= 0x1f169: // in black circles
		return 'A' + r - 0x1f150
	case r >= 0x1f170 && r <= 0x1f189: // in black squares
		return 'A' + r - 0x1f170
	case r >= 0x1f1e6 && r <= 0x1f1ff: // the letters of flags
		return 'A' + r - 0x1f1e6
	}
	n := norm.NFKC.String(string(r))
	if len(n) == 1 && (unicode.IsLetter(rune(n[0])) || unicode.IsDigit(rune(n[0]))) && r > unicode.MaxLatin1 && (r < 0x2070 || r > 0x209f) { // but not x² nor CO₂
		return rune(n[0])
	}
	return r
}

// filler says whether r is a letter that shows nothing.
func filler(r rune) bool {
	return r == 0x3164 || r == 0x115f || r == 0x1160 || r == 0xffa0
}

// pause ends a sentence where a line ended, if none ends there anyway.
func pause(out []rune) []rune {
	for len(out) > 0 && out[len(out)-1] == ' ' {
		out = out[:len(out)-1]
	}
	if len(out) == 0 {
		return out
	}
	if !strings.ContainsRune(".,:;!?…。", out[len(out)-1]) {
		out = append(out, '.')
	}
	return append(out, ' ')
}

// mostMarks is how many combining marks a letter may carry.
const mostMarks = 2

// flattenMarks drops the combining marks of a flood, and those that stand on nothing.
func flattenMarks(rs []rune) string {
	var b strings.Builder
	marks := mostMarks // none at the beginning
	for _, r := range rs {
		switch {
		case unicode.IsMark(r):
			if marks++; marks > mostMarks {
				continue
			}
		case unicode.IsSpace(r):
			marks = mostMarks
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// counted says a sign that stands more than mostSigns times in a row by its number:
// a drawn line is a silence in which the listener gives up.
func counted(s string) string {
	const mostSigns = 6
	rs := []rune(s)
	var b strings.Builder
	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && rs[j] == rs[i] {
			j++
		}
		if n := j - i; n > mostSigns && !unicode.IsSpace(rs[i]) && !unicode.IsLetter(rs[i]) && !unicode.IsDigit(rs[i]) {
			b.WriteString(" " + strconv.Itoa(n) + " × " + string(rs[i]) + " ")
		} else {
			b.WriteString(string(rs[i:j]))
		}
		i = j
	}
	return b.String()
}
