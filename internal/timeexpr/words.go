package timeexpr

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"deputy/internal/numexpr"
	"deputy/internal/textnorm"
)

// A wordKind says what a word of a time is.
type wordKind uint8

const (
	wFiller  wordKind = iota
	wGap              // something that is no time
	wThe              // the
	wNumber           // n; digits says how it was written
	wUnit             // n: one of the units below
	wSpan             // n days, a word that is number and unit at once ("이틀")
	wHour             // 시
	wColon            // :
	wHalf             // half, 반
	wQuarter          // quarter
	wA                // a, an
	wAnd              // and
	wAfter            // after, later, 뒤
	wSoon             // 이따가: later today, or after a span
	wPast             // past
	wTo               // to
	wDay              // n days ahead
	wWeekday          // n
	wWeekend          // n: its first weekday
	wNext             // next
	wThis             // this
	wWeek             // n weeks ahead ("다음주")
	wMonthOf          // n months ahead (다음달)
	wPart             // n: a part
	wNoon             // n: hour 12 or 24
	wMonth            // n: 1 to 12
	wOrdinal          // n: 1 to 31
	wDom              // 일, the day unit or the number one
	wMonths           // 월
	wYear             // 년
	wAt               // at
	wIn               // in, for, 동안: a span follows or went before
	wOclock           // o'clock
	wTen              // 십, a number that multiplies
	wHundred          // hundred, 백
)

// Units, in n of a wUnit.
const (
	uSecond = iota
	uMinute
	uHour
	uDay
	uWeek
	uMonth
)

type word struct {
	kind   wordKind
	n      int
	digits string // a number as it was written in digits
	joins  bool   // a number that a digit's word may follow: "twenty", "열"
	native bool   // a number that only counts, of which 십 makes no tens: 네
	short  bool   // known only where the whole text is a time: "sat"
}

//go:embed en.txt
var english string

//go:embed ko.txt
var korean string

var englishWords, koreanWords = vocabulary(english, numexpr.English), vocabulary(korean, numexpr.Korean)

// vocabulary is the numbers, and the words of a list: a kind, a number if it has one, the words.
func vocabulary(list string, numbers map[string]numexpr.Word) map[string]word {
	kinds := map[string]word{
		"filler": {kind: wFiller}, "the": {kind: wThe}, "at": {kind: wAt}, "in": {kind: wIn}, "next": {kind: wNext}, "this": {kind: wThis},
		"oclock": {kind: wOclock}, "a": {kind: wA}, "and": {kind: wAnd}, "half": {kind: wHalf}, "quarter": {kind: wQuarter}, "past": {kind: wPast}, "to": {kind: wTo},
		"after": {kind: wAfter}, "soon": {kind: wSoon}, "unit": {kind: wUnit}, "span": {kind: wSpan}, "hour": {kind: wHour}, "day": {kind: wDay},
		"weekday": {kind: wWeekday}, "weekend": {kind: wWeekend}, "week": {kind: wWeek}, "monthof": {kind: wMonthOf}, "part": {kind: wPart}, "noon": {kind: wNoon},
		"month": {kind: wMonth}, "months": {kind: wMonths}, "year": {kind: wYear}, "dom": {kind: wDom}, "ordinal": {kind: wOrdinal},
		"number": {kind: wNumber}, "native": {kind: wNumber, native: true},
	}
	m := map[string]word{}
	for name, x := range numbers {
		switch {
		case x.Kind != numexpr.Scale:
			m[name] = word{kind: wNumber, n: int(x.N), joins: x.Kind == numexpr.Tens || x.Kind == numexpr.NativeTens, native: x.Kind == numexpr.Native || x.Kind == numexpr.NativeTens}
		case x.N == 10:
			m[name] = word{kind: wTen, n: 10}
		case x.N == 100:
			m[name] = word{kind: wHundred, n: 100}
		}
	}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		w := kinds[fields[0]]
		n, err := strconv.Atoi(fields[1])
		if err == nil {
			w.n, fields = n, fields[1:]
		}
		for _, name := range fields[1:] {
			name, w.short = strings.CutPrefix(name, "~")
			m[name] = w
		}
	}
	return m
}

var spellings = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a.m", "am", "p.m", "pm", "o'clock", "oclock", "o’clock", "oclock", "hours'", "hours", "다음주말", "다음 주말", "이번주말", "이번 주말")

// wordsOf cuts text into words. ok is false if it holds one that has no place in a
// time; where that is allowed, a gap stands for it.
func wordsOf(text string, gaps bool) (words []word, ok bool) {
	text = spellings.Replace(textnorm.Fold(text) + " ")
	text = strings.TrimRight(text, ".!? ")
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		var found []word
		switch {
		case unicode.IsSpace(r) || r == ',' || r == '-':
			text = text[n:]
			continue
		case r == ':', r == '.' && dotted(words, text[n:]):
			found = []word{{kind: wColon}}
		case r >= '0' && r <= '9':
			n = run(text, func(r rune) bool { return r >= '0' && r <= '9' })
			var w word
			if w, n, ok = number(text, n); ok {
				found = []word{w}
			}
		case r >= 'a' && r <= 'z':
			n = run(text, func(r rune) bool { return r >= 'a' && r <= 'z' || r == '\'' || r == '’' })
			if w, ok := englishWords[text[:n]]; ok && !(w.short && gaps) {
				found = []word{w}
			}
		case textnorm.Syllable(r):
			n = run(text, textnorm.Syllable)
			found = koreanIn(text[:n])
		}
		if found == nil {
			if !gaps {
				return nil, false
			}
			found = []word{{kind: wGap}}
		}
		words = append(words, found...)
		text = text[max(n, 1):]
	}
	return words, len(words) <= 30 || gaps
}

// dotted says whether a dot stands in a time of the clock: "at 5.30". Without "at" it may
// be a date or a price.
func dotted(words []word, rest string) bool {
	n := len(words)
	return n >= 2 && words[n-2].kind == wAt && words[n-1].digits != "" && rest != "" && rest[0] >= '0' && rest[0] <= '9'
}

// run is how many bytes text begins with of which fits holds.
func run(text string, fits func(rune) bool) int {
	if n := strings.IndexFunc(text, func(r rune) bool { return !fits(r) }); n >= 0 {
		return n
	}
	return len(text)
}

// number reads digits, with an ordinal's ending.
func number(text string, n int) (word, int, bool) {
	v, err := strconv.Atoi(text[:n])
	if err != nil || v > 9999 {
		return word{}, n, false
	}
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if strings.HasPrefix(text[n:], end) {
			return word{kind: wOrdinal, n: v}, n + 2, v >= 1 && v <= 31
		}
	}
	return word{kind: wNumber, n: v, digits: text[:n]}, n, true
}

// koreanIn cuts syllables into words, the longest first; nil if that leaves any over.
func koreanIn(text string) (words []word) {
	for text != "" {
		n := min(len(text), 4*3) / 3 * 3 // a syllable takes three bytes
		w, ok := word{}, false
		for ; n > 0; n -= 3 {
			if w, ok = koreanWords[text[:n]]; ok {
				break
			}
		}
		if !ok {
			return nil
		}
		words = append(words, w)
		text = text[n:]
	}
	return words
}
