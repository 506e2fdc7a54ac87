package policy

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"deputy/internal/textnorm"
)

// minRun is how many characters in a row, taken over from a text, are no accident.
const minRun = 12

var (
	// piece is what steers an effect even when it is short: an address, a URL, a
	// host, a path.
	piece = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|https?://[^\s"'<>]+|(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}|[~.\p{L}\p{N}_-]*(?:/[.\p{L}\p{N}_-]+)+`)
	// number is an amount, a phone number, an account; see numbers.
	number = regexp.MustCompile(`\d[\d,. -]*\d|\d`)
)

// A text is some text with all the forms in which a value may be looked for.
type text struct {
	s        string // folded, with what was decoded behind it
	looks    string // its skeleton
	letters  string // nothing but its letters and digits
	numbers  map[string]bool
	tokens   map[string]bool // its words
	original string          // folded, without what was decoded
}

// apart stands between texts that must not run into one another.
const apart = " \u241e "

func newText(s string) text {
	t := text{original: fold(s)}
	t.s = t.original
	if more := decodings(s); len(more) > 0 {
		t.s = fold(s + apart + strings.Join(more, apart))
	}
	t.looks = textnorm.Skeleton(t.s)
	t.letters = letters(t.s)
	t.numbers = numbersIn(t.s)
	t.tokens = tokensOf(t.s)
	return t
}

func tokensOf(s string) map[string]bool {
	tokens := map[string]bool{}
	for _, w := range words(s) {
		tokens[w] = true
	}
	return tokens
}

// has says whether a word stands in t, be it within a name such as main.go.
func (t text) has(word string) bool { return t.tokens[word] || t.says(word) }

// numbersIn lists the numbers of s by their digits, however they are grouped.
func numbersIn(s string) map[string]bool {
	found := map[string]bool{}
	for _, n := range number.FindAllString(s, -1) {
		// "1,000 2,000" may be two numbers or one: count it as each.
		for _, n := range append(strings.Fields(n), n) {
			if n = digits(n); n != "" {
				found[n] = true
			}
		}
	}
	return found
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\u241e' {
			return r
		}
		return -1
	}, s)
}

// says whether t holds a value as words of its own; Korean particles may follow it.
func (t text) says(value string) bool { return holds(t.s, value) }

func holds(s, value string) bool {
	if utf8.RuneCountInString(value) < 2 {
		return false
	}
	for at := 0; ; {
		i := strings.Index(s[at:], value)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(value)
		before, _ := utf8.DecodeLastRuneInString(s[:from])
		first, size := utf8.DecodeRuneInString(value)
		last, _ := utf8.DecodeLastRuneInString(value)
		if !joins(first, before, "._%+-") && ends(last, s[to:]) {
			return true
		}
		at = from + size
	}
}

// joins says whether a character beside a word makes it a part of a longer one.
func joins(edge, beside rune, also string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return word(edge) && (word(beside) || beside != 0 && strings.ContainsRune(also, beside))
}

// ends says whether a word that ends in last ends before rest.
func ends(last rune, rest string) bool {
	after, size := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return true
	case unicode.Is(unicode.Hangul, after):
		return true // a particle
	case after == '.' || after == '-': // the end of a sentence, or more of a host
		next, _ := utf8.DecodeRuneInString(rest[size:])
		return !joins(last, next, "") || len(rest) == size
	}
	return !joins(last, after, "_%+@")
}

// words are the words of s that say something: three letters or more, two of Hangul.
func words(s string) (out []string) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		n := utf8.RuneCountInString(w)
		if first, _ := utf8.DecodeRuneInString(w); n >= 3 || n == 2 && unicode.Is(unicode.Hangul, first) {
			out = append(out, w)
		}
	}
	return out
}

// windows yields every minRun characters in a row of s.
func windows(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		end, n := 0, 0
		for start := range s {
			for n < minRun && end < len(s) {
				_, size := utf8.DecodeRuneInString(s[end:])
				end += size
				n++
			}
			if n < minRun || !yield(s[start:end]) {
				return
			}
			n--
		}
	}
}

// fold makes case, width and spacing alike and drops what can't be seen.
func fold(s string) string { return strings.Join(strings.Fields(textnorm.Fold(s)), " ") }
