package textnorm

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Fold makes alike what differs only in case, width, Unicode form or in what can't be seen.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = strings.Map(func(r rune) rune {
		if Ignorable(r) {
			return -1
		}
		return r
	}, width.Fold.String(s))
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// Narrow is a full-width or half-width character as it is usually written.
func Narrow(r rune) rune {
	if n := width.LookupRune(r).Folded(); n != 0 {
		return n
	}
	return r
}

// Ignorable says whether r shows nothing, turns the order of what is shown around, or
// only chooses how the character before it is drawn.
func Ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == 0x1d159 // an empty note head
}

// Hidden is Ignorable without the two characters that common emoji end in.
func Hidden(r rune) bool { return Ignorable(r) && r != 0xfe0e && r != 0xfe0f }

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}
