package readback

import (
	"strconv"
	"strings"
	"unicode"
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
	s = flattenMarks(composed(out))
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
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !filler(r), unicode.Is(unicode.Variation_Selector, r):
		return -1
	case r == 0x1d159: // a note head that shows nothing
		return -1
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xff01 + '!'
	case r == 0xffe6:
		return '₩'
	}
	return ornamental(r)
}

// ornamental folds the letters and digits that are drawn for show.
func ornamental(r rune) rune {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	switch {
	case r >= 0x1d400 && r <= 0x1d6a3: // mathematical alphabets, 52 letters each
		return rune(letters[(r-0x1d400)%52])
	case r >= 0x1d7ce && r <= 0x1d7ff:
		return '0' + (r-0x1d7ce)%10
	case r >= 0x24b6 && r <= 0x24e9: // letters in circles
		return rune(letters[r-0x24b6])
	case r >= 0x2460 && r <= 0x2468:
		return '1' + r - 0x2460
	case r >= 0x1f130 && r <= 0x1f149 || r >= 0x1f170 && r <= 0x1f189: // in squares
		return 'A' + (r-0x1f130)%64
	case r >= 0x1f150 && r <= 0x1f169:
		return 'A' + r - 0x1f150
	case r >= 0x1f1e6 && r <= 0x1f1ff: // the letters of flags
		return 'A' + r - 0x1f1e6
	}
	if i := strings.IndexRune(letterlike, r); i >= 0 && r > unicode.MaxLatin1 {
		return rune(letterlike[i-1])
	}
	return r
}

// letterlike are the letters of the mathematical alphabets that stand elsewhere, each
// behind what it is.
const letterlike = "CℂHℍNℕPℙQℚRℝZℤhℎBℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴCℭHℌIℑRℜZℨKKlℓdⅆeⅇiⅈjⅉDⅅ"

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

// composed joins conjoining jamo, as some systems write file names, to syllables.
func composed(rs []rune) []rune {
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 {
			last := out[n-1]
			switch {
			case last >= 0x1100 && last <= 0x1112 && r >= 0x1161 && r <= 0x1175:
				out[n-1] = 0xac00 + (last-0x1100)*588 + (r-0x1161)*28
				continue
			case syllable(last) && (last-0xac00)%28 == 0 && r > 0x11a7 && r <= 0x11c2:
				out[n-1] = last + r - 0x11a7
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

func syllable(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }

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
