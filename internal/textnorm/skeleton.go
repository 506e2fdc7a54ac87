package textnorm

import (
	_ "embed"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed lookalikes.txt
var lookalikes string

// more are look-alikes that Unicode doesn't list, since they are so as capitals only,
// or not quite.
const more = "b ьвƅβ\nc ϲ\ne є\nf ϝ\nh н\nk κк\nm м\nn п\nr ɾ\nt тτ\nu ц\nw ωш\nx χ×\n"

var plainOf = func() map[rune]string {
	m := map[rune]string{}
	for line := range strings.Lines(lookalikes + more) {
		if plain, others, ok := strings.Cut(strings.TrimSpace(line), " "); ok && plain != "#" {
			for _, r := range others {
				m[r] = plain
			}
		}
	}
	return m
}()

// alike are ASCII letters that look like others, one or two at a time.
var alike = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "0", "o", "1", "l", "i", "l", "5", "s", "|", "l")

// Skeleton is what the eye keeps of a text: two that look alike have the same.
func Skeleton(s string) string {
	s = Fold(s)
	if ascii(s) {
		return alike.Replace(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if plain, ok := plainOf[r]; ok {
			b.WriteString(plain)
		} else if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return alike.Replace(norm.NFC.String(b.String()))
}
