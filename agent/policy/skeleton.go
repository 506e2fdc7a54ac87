package policy

import (
	"strings"
	"unicode"
)

// twins are letters that look like an ASCII one: Cyrillic, Greek, and Latin ones
// beyond ASCII (after Unicode's confusables.txt, the common part of it).
var twins = func() map[rune]rune {
	m := map[rune]rune{}
	for ascii, others := range map[rune]string{
		'a': "аαɑаäáàâãåāăą", 'b': "ьвЬƄβ", 'c': "сϲçćč", 'd': "ԁɗđď", 'e': "еєёéèêëēĕėęě", 'f': "ƒϝ", 'g': "ɡցğģ", 'h': "һհнħ", 'i': "іıιїíìîïīɩ",
		'j': "јϳ", 'k': "κкķ", 'l': "ӏłĺļľ", 'm': "мṃ", 'n': "ոηпńñňņ", 'o': "оοօσöóòôõøōŏő", 'p': "рρṗ", 'q': "ԛգ", 'r': "гŕřɾ", 's': "ѕśşšꜱ", 't': "тτţť", 'u': "υսцüúùûūŭůűų",
		'v': "νѵṽ", 'w': "ωԝшŵ", 'x': "хχ×", 'y': "уγүýÿŷ", 'z': "ᴢžźż",
	} {
		for _, o := range others {
			m[o] = ascii
		}
	}
	return m
}()

// alike are ASCII letters that look like others, one or two at a time.
var alike = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "0", "o", "1", "l", "i", "l", "5", "s", "|", "l")

// skeleton is what the eye keeps of a folded text.
func skeleton(s string) string {
	return alike.Replace(strings.Map(func(r rune) rune {
		if t, ok := twins[r]; ok {
			return t
		}
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s))
}
