package consent

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A part of the day begins at Clock and lasts for Span.
type part struct{ Clock, Span time.Duration }

var parts = map[string]part{
	"morning": {9 * time.Hour, 3 * time.Hour}, "noon": {12 * time.Hour, 0}, "lunch": {13 * time.Hour, time.Hour}, "midnight": {24 * time.Hour, 0},
	"afternoon": {15 * time.Hour, 3 * time.Hour}, "evening": {19 * time.Hour, 3 * time.Hour}, "dinner": {20 * time.Hour, time.Hour},
	"tonight": {21 * time.Hour, 3 * time.Hour}, "night": {21 * time.Hour, 3 * time.Hour},
	"오전": {9 * time.Hour, 3 * time.Hour}, "아침": {9 * time.Hour, 3 * time.Hour}, "새벽": {6 * time.Hour, 3 * time.Hour}, "정오": {12 * time.Hour, 0},
	"낮에": {12 * time.Hour, 3 * time.Hour}, "점심": {13 * time.Hour, time.Hour}, "오후": {15 * time.Hour, 3 * time.Hour}, "저녁": {19 * time.Hour, 3 * time.Hour},
	"밤": {21 * time.Hour, 3 * time.Hour}, "오늘밤": {21 * time.Hour, 3 * time.Hour}, "자정": {24 * time.Hour, 0},
}

// A dayName is how a day is called.
type dayName struct {
	name string
	When
}

// days are tried in this order: the longer name first.
var days = func() []dayName {
	out := []dayName{
		{"day after tomorrow", When{Day: 2}}, {"tomorrow", When{Day: 1}}, {"today", When{}},
		{"next month", When{Month: 1}}, {"next weekend", When{Week: 1, Weekday: 6}}, {"weekend", When{Weekday: 6}},
		{"내일모레", When{Day: 2}}, {"내일 모레", When{Day: 2}}, {"모레", When{Day: 2}}, {"글피", When{Day: 3}}, {"내일", When{Day: 1}}, {"오늘밤", When{}}, {"오늘", When{}},
		{"하루 뒤", When{Day: 1}}, {"이틀 뒤", When{Day: 2}}, {"이틀 후", When{Day: 2}}, {"사흘 뒤", When{Day: 3}}, {"나흘 뒤", When{Day: 4}},
		{"다음 달", When{Month: 1}}, {"다음달", When{Month: 1}}, {"다음 주말", When{Week: 1, Weekday: 6}}, {"다음주말", When{Week: 1, Weekday: 6}}, {"주말", When{Weekday: 6}},
	}
	ko := strings.Fields("월요일 화요일 수요일 목요일 금요일 토요일 일요일")
	for i, en := range strings.Fields("monday tuesday wednesday thursday friday saturday sunday") {
		out = append(out, dayName{"next " + en, When{Week: 1, Weekday: i + 1}}, dayName{en, When{Weekday: i + 1}}, dayName{ko[i], When{Weekday: i + 1}})
	}
	return append(out, dayName{"next week", When{Week: 1}}, dayName{"다음 주", When{Week: 1}}, dayName{"다음주", When{Week: 1}})
}()

// periods end a permission, and say nothing of when to ask again.
var periods = []dayName{
	{"this week", When{Weekday: 7}}, {"the week", When{Weekday: 7}}, {"이번 주", When{Weekday: 7}}, {"이번주", When{Weekday: 7}},
	{"the day", When{}}, {"this month", When{Month: 1}}, {"the month", When{Month: 1}}, {"이번 달", When{Month: 1}}, {"이번달", When{Month: 1}}, {"이달", When{Month: 1}},
}

// numbers are those that times are told with.
var numbers = func() map[string]int {
	m := map[string]int{"a": 1, "an": 1, "a couple of": 2, "a few": 3, "몇": 3, "두어": 2, "스무": 20, "스물": 20}
	ones := strings.Fields("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	for i, w := range ones {
		m[w] = i + 1
	}
	sino := []rune("일이삼사오육칠팔구")
	for t, tens := range []string{"twenty", "thirty", "forty", "fifty", "sixty"} {
		m[tens] = 10 * (t + 2)
		for i := range 9 {
			m[tens+" "+ones[i]] = 10*(t+2) + i + 1
		}
	}
	for i, w := range strings.Fields("한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두") {
		m[w] = i + 1
	}
	for t := range 7 { // 일 to 육십구
		tens := ""
		if t > 0 {
			tens = strings.TrimPrefix(string(sino[t-1])+"십", "일")
			m[tens], m[tens+" "] = 10*t, 10*t
		}
		for i, r := range sino {
			m[tens+string(r)] = 10*t + i + 1
			m[strings.TrimSpace(tens+" "+string(r))] = 10*t + i + 1
		}
	}
	delete(m, "십 ")
	return m
}()

// number reads digits or a word of numbers; -1 if it is neither.
func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 1000 {
		return n
	}
	if n, ok := numbers[s]; ok {
		return n
	}
	return -1
}

const (
	enNumber = `(\d{1,3}|a couple of|a few|an?|(?:twenty|thirty|forty|fifty|sixty)(?: (?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)`
	enUnit   = `(second|sec|minute|min|hour|hr|day|week|month)s?`
	enOClock = `(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`
	koOClock = `(\d{1,2}|열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉)`
	koNumber = `(\d{1,3}|열한|열두|열|스무|한|두어|두|세|네|다섯|여섯|일곱|여덟|아홉|몇|[일이삼사오육칠팔구]?십 ?[일이삼사오육칠팔구]?|[일이삼사오육칠팔구])`
)

var (
	enSpan = regexp.MustCompile(`(?:^| )(?:in|after|within|for|another|give me|wait|the next|next|over) (?:(?:about|another|the next|like) )?(?:(half an hour)|(?:a )?(quarter of an hour)|` + enNumber + ` (?:(and a half) )?(?:more )?` + enUnit + `( and a half)?)(?: |$)`)
	// "ten minutes from now"
	enFrom = regexp.MustCompile(`(?:^| )(?:(half an hour)|(?:a )?(quarter of an hour)|` + enNumber + ` (?:(and a half) )?(?:more )?` + enUnit + `( and a half)?) (?:from now|later|more)(?: |$)`)
	koSpan = regexp.MustCompile(`(?:^| )(?:(반 ?시간)|` + koNumber + ` ?(초|분|시간|일|주일?|달|개월)(?: ?(반))?(?: ?` + koNumber + ` ?분)?) ?(?:정도 ?|쯤 ?)?(?:뒤|후|있다|이따|만 ?있|동안|간( |$)|만( |$)|더 ?있)`)

	enPast  = regexp.MustCompile(`(?:^| )(half|a quarter|quarter|` + enNumber + `)(?: minutes?)? (past|to) ` + enOClock + `(?: |$)`)
	enHour  = regexp.MustCompile(`(?:^| )(?:at|by|until|till|around|about|before|after) ` + enOClock + `(?: (\d\d|o ?clock|fifteen|thirty|forty five|ten|twenty))?(?: ?(am|pm|a m|p m))?(?: |$)`)
	enClock = regexp.MustCompile(`(?:^| )` + enOClock + `(?: (\d\d))? ?(am|pm|a m|p m|o ?clock)(?: |$)`)
	koHour  = regexp.MustCompile(`(?:^|[ 전후침녁밤벽낮심])` + koOClock + ` ?시(?:( ?반)| ?` + koNumber + ` ?분)?(?:[^간반]|$)`)
)

var units = map[string]time.Duration{
	"second": time.Second, "sec": time.Second, "minute": time.Minute, "min": time.Minute, "hour": time.Hour, "hr": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour,
	"초": time.Second, "분": time.Minute, "시간": time.Hour, "일": 24 * time.Hour, "주": 7 * 24 * time.Hour, "주일": 7 * 24 * time.Hour, "달": 30 * 24 * time.Hour, "개월": 30 * 24 * time.Hour,
}

// englishSpan reads "in ten minutes", "half an hour from now"; 0 if there is none.
func englishSpan(text string) time.Duration {
	m := enSpan.FindStringSubmatch(text)
	if m == nil {
		m = enFrom.FindStringSubmatch(text)
	}
	switch {
	case m == nil:
		return 0
	case m[1] != "":
		return 30 * time.Minute
	case m[2] != "":
		return 15 * time.Minute
	}
	unit := units[m[5]]
	d := time.Duration(number(m[3])) * unit
	if m[4] != "" || m[6] != "" {
		d += unit / 2
	}
	return d
}

// koreanSpan reads 십 분 뒤, 한 시간 반 있다가, 삼십 분 동안; 0 if there is none.
func koreanSpan(text string) time.Duration {
	m := koSpan.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0
	case m[1] != "":
		return 30 * time.Minute
	}
	unit := units[m[3]]
	d := time.Duration(number(strings.TrimSpace(m[2]))) * unit
	if m[4] != "" {
		d += unit / 2
	}
	if m[5] != "" {
		d += time.Duration(number(strings.TrimSpace(m[5]))) * time.Minute
	}
	return max(d, 0)
}

// clockOf reads the hour, the minute and the half of the day ("am", "pm", or ""
// if none was said); the hour is -1 if there is none.
func clockOf(text string) (hour, minute int, half string) {
	if m := enPast.FindStringSubmatch(text); m != nil {
		hour, minute = number(m[4]), map[string]int{"half": 30, "quarter": 15, "a quarter": 15}[m[1]]
		if minute == 0 {
			minute = number(m[1])
		}
		if m[3] == "to" {
			hour, minute = hour-1, 60-minute
		}
	} else if m := enHour.FindStringSubmatch(text); m != nil {
		hour, minute, half = number(m[1]), max(number(m[2]), 0), m[3]
	} else if m := enClock.FindStringSubmatch(text); m != nil {
		hour, minute, half = number(m[1]), max(number(m[2]), 0), m[3]
	} else if m := koHour.FindStringSubmatch(text); m != nil {
		hour = number(strings.TrimSpace(m[1]))
		if m[2] != "" {
			minute = 30
		} else if m[3] != "" {
			minute = number(strings.TrimSpace(m[3]))
		}
	} else {
		return -1, 0, ""
	}
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 {
		return -1, 0, ""
	}
	if half = strings.ReplaceAll(half, " ", ""); half != "am" && half != "pm" {
		half = ""
	}
	return hour, minute, half
}
