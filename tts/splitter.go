package tts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"deputy/internal/textnorm"
)

const (
	// longest is the number of runes after which a sentence is cut at a comma or
	// a space: about 20 s of speech, as long as anyone should wait for a stop.
	longest = 240
	// earlyWords is how many words the first fragment needs before a comma may
	// end it: fewer sound like a hiccup.
	earlyWords = 5
)

// A Splitter cuts text that arrives in pieces into sentences, each given as
// soon as it is sure that it has ended. What it yields depends on the text
// alone, not on how the pieces were cut. The zero value is ready; one goroutine
// uses it.
//
// A sentence ends at . ? ! and space when what follows can begin another, at a
// full-width 。！？, at a Korean ending (다. 요. 까?) at once, and at a newline.
// A fenced code block is one piece. Decimals, URLs, abbreviations, initials and
// the numbers of a list end nothing.
type Splitter struct {
	// Whole keeps the first sentence in one piece. Otherwise it may be cut at a
	// comma after five words, so that the first sound comes early.
	Whole bool

	buf     []rune
	partial []byte // bytes of a rune that isn't complete yet
	began   bool   // something was yielded
	fence   bool   // inside a code block
	line    int    // where the last line of buf begins; only moves inside a fence
}

// Push takes the next piece and returns the sentences that it ended, each
// trimmed and with something in it besides punctuation.
func (s *Splitter) Push(delta string) []string {
	var out []string
	b := append(s.partial, delta...)
	for len(b) > 0 && utf8.FullRune(b) {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		out = s.add(r, out)
	}
	s.partial = append([]byte(nil), b...)
	return out
}

// Flush says that the text is at its end, returns what was left, and makes the
// Splitter ready for the next text.
func (s *Splitter) Flush() []string {
	var out []string
	if len(s.partial) > 0 {
		out = s.add(utf8.RuneError, out)
	}
	out = s.cut(len(s.buf), out)
	*s = Splitter{Whole: s.Whole}
	return out
}

// Sentences cuts a whole text.
func Sentences(text string) []string {
	s := Splitter{Whole: true}
	return append(s.Push(text), s.Flush()...)
}

// add takes one rune, the step on which everything rests: decisions look only
// at the runes so far.
func (s *Splitter) add(r rune, out []string) []string {
	if r == '\r' {
		return out
	}
	if s.fence {
		return s.addCode(r, out)
	}
	if r == '\n' {
		if fenced(s.buf) {
			s.fence, s.line = true, len(s.buf)+1
			s.buf = append(s.buf, r)
			return out
		}
		return s.cut(len(s.buf), out)
	}
	if len(s.buf) == 0 && unicode.IsSpace(r) {
		return out
	}
	if !unicode.IsSpace(r) && s.ended(r) {
		out = s.cut(len(s.buf), out)
	}
	s.buf = append(s.buf, r)
	switch {
	case sure(s.buf):
		return s.cut(len(s.buf), out)
	case !s.Whole && !s.began && unicode.IsSpace(r) && early(s.buf):
		return s.cut(len(s.buf), out)
	case len(s.buf) > longest:
		return s.cut(foldAt(s.buf), out)
	}
	return out
}

// addCode collects a code block up to the line that closes it.
func (s *Splitter) addCode(r rune, out []string) []string {
	s.buf = append(s.buf, r)
	if r != '\n' {
		return out
	}
	closed := fenced(s.buf[s.line:])
	s.line = len(s.buf)
	if closed {
		s.fence = false
		return s.cut(len(s.buf), out)
	}
	return out
}

// cut yields the first n runes and keeps the rest.
func (s *Splitter) cut(n int, out []string) []string {
	text := strings.TrimSpace(string(s.buf[:n]))
	s.buf = append(s.buf[:0], s.buf[n:]...)
	if strings.IndexFunc(text, meant) < 0 {
		return out
	}
	s.began = true
	return append(out, text)
}

// ended says whether buf is a sentence now that next, no space, follows it.
func (s *Splitter) ended(next rune) bool {
	buf := s.buf
	n := len(buf)
	for n > 0 && unicode.IsSpace(buf[n-1]) {
		n--
	}
	spaced := n < len(buf)
	quoted := false
	for n > 0 && closer(buf[n-1]) {
		n, quoted = n-1, true
	}
	if n < 2 || !strings.ContainsRune(".?!…", buf[n-1]) {
		return false
	}
	mark, before := buf[n-1], buf[n-2]
	if !spaced {
		return textnorm.Hangul(before) && textnorm.Hangul(next) && !quoted
	}
	if mark == '.' || mark == '…' {
		return !unicode.IsLower(next) && !abbreviated(buf[:n-1], next)
	}
	return !quoted || !unicode.IsLower(next)
}

// sure says whether buf ends a sentence whatever follows.
func sure(buf []rune) bool {
	n := len(buf)
	if n < 2 {
		return false
	}
	switch buf[n-1] {
	case '。', '！', '？':
		return true
	case '.', '?', '!':
		return strings.ContainsRune("다요까죠", buf[n-2])
	}
	return false
}

// early says whether buf, which ends in a space, may be the first fragment.
func early(buf []rune) bool {
	if len(buf) < 2 || !strings.ContainsRune(",;:，、", buf[len(buf)-2]) {
		return false
	}
	words := len(strings.Fields(string(buf)))
	if strings.IndexFunc(string(buf), textnorm.Hangul) >= 0 {
		return words >= earlyWords-2 // a Korean word carries its particles
	}
	return words >= earlyWords
}

// foldAt is where a text that is too long is cut: after the last comma of its
// second half, else after the last space, else at its end.
func foldAt(buf []rune) int {
	at := len(buf)
	for i := len(buf) - 2; i > len(buf)/2; i-- {
		if strings.ContainsRune(",;:，、", buf[i]) && unicode.IsSpace(buf[i+1]) {
			return i + 1
		}
		if at == len(buf) && unicode.IsSpace(buf[i]) {
			at = i + 1
		}
	}
	return at
}

// abbreviations end in a dot that ends no sentence. Those that often do end one
// (etc., a.m., Inc.) are here too: two sentences in one piece do no harm, half
// of one does.
var abbreviations = setOf(`mr mrs ms dr prof sr jr st vs etc eg ie al fig inc ltd co corp dept approx est
	jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
	gen col capt lt sgt rev hon gov sen rep pres ave blvd rd`)

// counted ones are abbreviations only before a number: "No. 5", "pp. 3-4".
var counted = setOf("no nos p pp vol ch sec art ver ca")

// abbreviated says whether the dot after buf belongs to its last word.
func abbreviated(buf []rune, next rune) bool {
	i := len(buf)
	for i > 0 && !unicode.IsSpace(buf[i-1]) && !strings.ContainsRune("(\"'“‘[*_", buf[i-1]) {
		i--
	}
	word := string(buf[i:])
	if strings.TrimFunc(word, unicode.IsDigit) == "" {
		return strings.TrimSpace(string(buf[:i])) == "" // "1." of a list
	}
	if strings.TrimLeft(word, ".") == "" {
		return false // an ellipsis
	}
	bare := strings.ToLower(strings.ReplaceAll(word, ".", ""))
	if len([]rune(bare)) == 1 && unicode.IsUpper([]rune(word)[0]) {
		return true // an initial
	}
	if strings.Contains(word, ".") && len(bare) <= 4 && len(bare) <= strings.Count(word, ".")+1 {
		return true // U.S, e.g, p.m
	}
	return abbreviations[bare] || counted[bare] && unicode.IsDigit(next)
}

// fenced says whether a line opens or closes a code block.
func fenced(line []rune) bool {
	t := strings.TrimSpace(string(line))
	return strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~")
}

func closer(r rune) bool { return strings.ContainsRune("\"'”’»)]*_`」』", r) }

// meant says that r is something to say and not only punctuation around it.
func meant(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) || r == '%'
}

func setOf(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
