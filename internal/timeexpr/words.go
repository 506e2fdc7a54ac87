package timeexpr

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A wordKind says what a word of a time is.
type wordKind uint8

const (
	wFiller  wordKind = iota
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
	wPast             // past
	wTo               // to
	wDay              // n days ahead
	wWeekday          // n
	wNext             // next
	wThis             // this
	wWeek             // n weeks ahead ("다음주")
	wMonthOf          // 다음달
	wPart             // n: a part
	wNoon             // n: hour 12 or 24
	wMonth            // n: 1 to 12
	wOrdinal          // n: 1 to 31
	wDom              // 일, the day unit or the number one
	wMonths           // 월
	wYear             // 년
	wAt               // at
	wIn               // in
	wOclock           // o'clock
	wTen              // 십, a number that multiplies
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
}

var englishWords = map[string]word{
	"the": {}, "of": {}, "o": {}, "about": {}, "around": {}, "exactly": {}, "sharp": {}, "on": {}, "by": {}, "for": {}, "please": {},
	"at": {kind: wAt}, "in": {kind: wIn}, "oclock": {kind: wOclock},
	"a": {kind: wA}, "an": {kind: wA}, "and": {kind: wAnd}, "half": {kind: wHalf}, "quarter": {kind: wQuarter},
	"past": {kind: wPast}, "to": {kind: wTo}, "till": {kind: wTo}, "before": {kind: wTo},
	"after": {kind: wAfter}, "later": {kind: wAfter}, "now": {kind: wAfter}, "from": {},
	"second": {kind: wUnit, n: uSecond}, "seconds": {kind: wUnit, n: uSecond}, "sec": {kind: wUnit, n: uSecond}, "secs": {kind: wUnit, n: uSecond}, "s": {kind: wUnit, n: uSecond},
	"minute": {kind: wUnit, n: uMinute}, "minutes": {kind: wUnit, n: uMinute}, "min": {kind: wUnit, n: uMinute}, "mins": {kind: wUnit, n: uMinute}, "m": {kind: wUnit, n: uMinute},
	"hour": {kind: wUnit, n: uHour}, "hours": {kind: wUnit, n: uHour}, "hr": {kind: wUnit, n: uHour}, "hrs": {kind: wUnit, n: uHour}, "h": {kind: wUnit, n: uHour},
	"day": {kind: wUnit, n: uDay}, "days": {kind: wUnit, n: uDay},
	"week": {kind: wUnit, n: uWeek}, "weeks": {kind: wUnit, n: uWeek},
	"month": {kind: wUnit, n: uMonth}, "months": {kind: wUnit, n: uMonth},
	"today": {kind: wDay}, "tomorrow": {kind: wDay, n: 1}, "tomorow": {kind: wDay, n: 1}, "overmorrow": {kind: wDay, n: 2},
	"tonight": {kind: wPart, n: -int(night)}, // today as well
	"next":    {kind: wNext}, "this": {kind: wThis}, "coming": {kind: wThis},
	"am": {kind: wPart, n: int(forenoon)}, "pm": {kind: wPart, n: int(afternoon)},
	"morning": {kind: wPart, n: int(forenoon)}, "afternoon": {kind: wPart, n: int(afternoon)}, "evening": {kind: wPart, n: int(evening)}, "night": {kind: wPart, n: int(night)},
	"noon": {kind: wNoon, n: 12}, "midday": {kind: wNoon, n: 12}, "midnight": {kind: wNoon, n: 24},
	"couple": {kind: wNumber, n: 2},
}

var koreanWords = map[string]word{
	"에": {}, "쯤": {}, "경": {}, "정도": {}, "정각": {}, "까지": {}, "의": {}, "로": {}, "쯤에": {},
	"초": {kind: wUnit, n: uSecond}, "분": {kind: wUnit, n: uMinute}, "시간": {kind: wUnit, n: uHour}, "주": {kind: wUnit, n: uWeek}, "주일": {kind: wUnit, n: uWeek}, "달": {kind: wUnit, n: uMonth}, "개월": {kind: wUnit, n: uMonth},
	"하루": {kind: wSpan, n: 1}, "이틀": {kind: wSpan, n: 2}, "사흘": {kind: wSpan, n: 3}, "나흘": {kind: wSpan, n: 4}, "닷새": {kind: wSpan, n: 5}, "엿새": {kind: wSpan, n: 6}, "이레": {kind: wSpan, n: 7}, "열흘": {kind: wSpan, n: 10}, "보름": {kind: wSpan, n: 15},
	"시": {kind: wHour}, "반": {kind: wHalf}, "뒤": {kind: wAfter}, "후": {kind: wAfter}, "이후": {kind: wAfter}, "있다가": {kind: wAfter}, "이따가": {kind: wAfter}, "지나서": {kind: wAfter}, "지나면": {kind: wAfter}, "지금부터": {kind: wAfter},
	"오늘": {kind: wDay}, "내일": {kind: wDay, n: 1}, "모레": {kind: wDay, n: 2}, "내일모레": {kind: wDay, n: 2}, "글피": {kind: wDay, n: 3},
	"다음주": {kind: wWeek, n: 1}, "다다음주": {kind: wWeek, n: 2}, "이번주": {kind: wWeek}, "다음달": {kind: wMonthOf}, "다음": {kind: wNext}, "이번": {kind: wThis},
	"월요일": {kind: wWeekday, n: 1}, "화요일": {kind: wWeekday, n: 2}, "수요일": {kind: wWeekday, n: 3}, "목요일": {kind: wWeekday, n: 4}, "금요일": {kind: wWeekday, n: 5}, "토요일": {kind: wWeekday, n: 6}, "일요일": {kind: wWeekday},
	"오전": {kind: wPart, n: int(forenoon)}, "아침": {kind: wPart, n: int(forenoon)}, "오후": {kind: wPart, n: int(afternoon)}, "저녁": {kind: wPart, n: int(evening)}, "밤": {kind: wPart, n: int(night)}, "새벽": {kind: wPart, n: int(dawn)}, "낮": {kind: wPart, n: int(daytime)}, "점심": {kind: wPart, n: int(daytime)},
	"정오": {kind: wNoon, n: 12}, "자정": {kind: wNoon, n: 24}, "한밤중": {kind: wNoon, n: 24},
	"년": {kind: wYear}, "월": {kind: wMonths}, "일": {kind: wDom, n: 1}, "유월": {kind: wMonth, n: 6}, "시월": {kind: wMonth, n: 10},
	"한": {kind: wNumber, n: 1}, "두": {kind: wNumber, n: 2}, "세": {kind: wNumber, n: 3}, "네": {kind: wNumber, n: 4}, "다섯": {kind: wNumber, n: 5}, "여섯": {kind: wNumber, n: 6}, "일곱": {kind: wNumber, n: 7}, "여덟": {kind: wNumber, n: 8}, "아홉": {kind: wNumber, n: 9}, "열": {kind: wNumber, n: 10, joins: true},
	"스무": {kind: wNumber, n: 20}, "스물": {kind: wNumber, n: 20, joins: true}, "서른": {kind: wNumber, n: 30, joins: true}, "마흔": {kind: wNumber, n: 40, joins: true}, "쉰": {kind: wNumber, n: 50, joins: true},
	"이": {kind: wNumber, n: 2}, "삼": {kind: wNumber, n: 3}, "사": {kind: wNumber, n: 4}, "오": {kind: wNumber, n: 5}, "육": {kind: wNumber, n: 6}, "칠": {kind: wNumber, n: 7}, "팔": {kind: wNumber, n: 8}, "구": {kind: wNumber, n: 9}, "십": {kind: wTen, n: 10},
}

func init() {
	for i, name := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen") {
		englishWords[name] = word{kind: wNumber, n: i}
	}
	for i, name := range strings.Fields("twenty thirty forty fifty") {
		englishWords[name] = word{kind: wNumber, n: 20 + 10*i, joins: true}
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		englishWords[name], englishWords[name[:3]] = word{kind: wWeekday, n: int(d)}, word{kind: wWeekday, n: int(d)}
	}
	englishWords["tues"], englishWords["thurs"] = englishWords["tue"], englishWords["thu"]
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		englishWords[name], englishWords[name[:3]] = word{kind: wMonth, n: int(m)}, word{kind: wMonth, n: int(m)}
	}
	for i, name := range strings.Fields("first - third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth") {
		englishWords[name] = word{kind: wOrdinal, n: i + 1} // "second" is the unit
	}
	delete(englishWords, "-")
	englishWords["thirtieth"] = word{kind: wOrdinal, n: 30}
}

// whenWords cuts text into words that it knows; ok is false if it holds
// anything else.
func whenWords(text string) (words []word, ok bool) {
	text = strings.ToLower(text)
	text = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a.m", "am", "p.m", "pm", "o'clock", "oclock", "o’clock", "oclock", "hours'", "hours").Replace(text)
	text = strings.TrimRight(text, ".!?")
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		var w word
		known := true
		switch {
		case unicode.IsSpace(r) || r == ',' || r == '-':
			text = text[n:]
			continue
		case r == ':':
			w = word{kind: wColon}
		case r >= '0' && r <= '9':
			n = digits(text)
			w, n, known = number(text, n)
		case r >= 'a' && r <= 'z':
			n = strings.IndexFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
			if n < 0 {
				n = len(text)
			}
			w, known = englishWords[text[:n]]
		default:
			w, n = longest(text)
			known = n > 0
		}
		if !known || len(words) == 30 {
			return nil, false
		}
		words = append(words, w)
		text = text[n:]
	}
	return words, true
}

func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// number reads digits, with an ordinal's ending.
func number(text string, n int) (word, int, bool) {
	v, err := strconv.Atoi(text[:n])
	if err != nil || v > 9999 {
		return word{}, 0, false
	}
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if strings.HasPrefix(text[n:], end) {
			return word{kind: wOrdinal, n: v}, n + 2, v >= 1 && v <= 31
		}
	}
	return word{kind: wNumber, n: v, digits: text[:n]}, n, true
}

// longest is the longest Korean word that text begins with; n is 0 if there is none.
func longest(text string) (word, int) {
	for n := min(len(text), 4*3) / 3 * 3; n >= 3; n -= 3 { // a syllable takes three bytes
		if w, ok := koreanWords[text[:n]]; ok {
			return w, n
		}
	}
	return word{}, 0
}
