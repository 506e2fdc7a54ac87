package timeexpr

import "time"

// A whenParser takes the words of a time one group after the other.
type whenParser struct {
	words []word
	at    int // the next word
	w     When
	from  int // where the group began
	// led says that a bare number here is an hour: "at" or a day came before.
	led bool
	// loose says that words stand around the time: an hour then needs its "at", a span
	// its "in" or "later".
	loose bool
	lead  bool // "in", "later", 동안 stood beside it
	after bool // "after", 뒤: demands a span
}

func (p *whenParser) peek(i int) word {
	if p.at+i < len(p.words) {
		return p.words[p.at+i]
	}
	return word{}
}

func (p *whenParser) is(i int, k wordKind) bool {
	return p.at+i < len(p.words) && p.words[p.at+i].kind == k
}

// all takes every word; false if one does not fit.
func (p *whenParser) all() bool {
	for p.at < len(p.words) {
		if !p.group() {
			return false
		}
	}
	p.w.Set = true
	return !p.after || p.w.relative()
}

func (p *whenParser) group() bool {
	w := p.peek(0)
	p.from = p.at
	switch w.kind {
	case wFiller, wAnd, wGap:
		p.at++
		return true
	case wIn, wSoon:
		p.at++
		p.lead = true
		return true
	case wThe:
		p.at++
		if p.second(0) {
			return p.dayOfMonth(2)
		}
		return !p.is(0, wUnit) || p.dayAfter() || p.period()
	case wUnit:
		return p.dayAfter()
	case wAt:
		p.at++
		p.led = true
		return true
	case wTo:
		p.at++
		p.led = true
		return p.loose // "before five"
	case wAfter:
		p.at++
		p.led = p.led || p.loose
		p.after, p.lead = !p.loose, true
		return true
	case wNumber, wTen, wHundred, wDom, wA, wHalf, wQuarter:
		return p.amount()
	case wSpan:
		p.at++
		p.w.Days += w.n
		return true
	}
	p.at++
	p.led = true
	return p.dateWord(w)
}

// dateWord takes a word that stands for a day or a part of one.
func (p *whenParser) dateWord(w word) bool {
	switch w.kind {
	case wDay:
		fresh := !p.w.Today && p.w.Day == 0 || p.w.Day == 1 && w.n == 2 && p.words[p.from-1].kind == wDay // 내일 모레
		p.w.Today, p.w.Day = w.n == 0, w.n
		return fresh
	case wPart:
		if w.n < 0 { // tonight
			w.n = -w.n
			p.w.Today = true
		}
		fresh := p.w.Part == noPart || p.w.Part == part(w.n) || part(w.n) == afternoon && p.w.Part >= afternoon
		if p.w.Part == noPart {
			p.w.Part = part(w.n)
		}
		return fresh
	case wNoon:
		return p.clock(w.n, 0, true)
	case wWeekday:
		fresh := p.w.Weekday == 0
		p.w.Weekday = weekday(w.n)
		return fresh
	case wWeekend:
		fresh := p.w.Weekday == 0
		p.w.Weekday, p.w.Span = weekday(w.n), 24*time.Hour
		return fresh
	case wWeek:
		fresh := p.w.Week == 0 && !p.w.ThisWeek
		p.w.Week, p.w.ThisWeek = w.n, w.n == 0
		return fresh
	case wMonthOf:
		fresh := p.w.Month == 0 && !p.w.ThisMonth
		p.w.Month, p.w.ThisMonth = w.n, w.n == 0
		return fresh
	case wMonth:
		return p.monthName(w.n)
	case wOrdinal:
		p.yearAfter()
		return p.dayOfMonth(w.n)
	case wNext, wThis:
		return p.ahead(w.kind == wNext)
	}
	return false
}

// ahead takes what follows "next" or "this".
func (p *whenParser) ahead(next bool) bool {
	w := p.peek(0)
	if p.at >= len(p.words) {
		return false
	}
	switch {
	case (w.kind == wWeekday || w.kind == wWeekend) && p.w.Week == 0:
		if next {
			p.w.Week = 1
		}
		return true
	case w.kind == wUnit && !next:
		return p.period()
	case w.kind == wUnit && w.n == uWeek:
		p.at++
		fresh := p.w.Week == 0 && !p.w.ThisWeek
		p.w.Week = 1
		return fresh
	case w.kind == wUnit && w.n == uMonth:
		p.at++
		p.w.Month = 1
		return true
	case w.kind == wNumber && next: // the next two hours
		p.lead = true
		return true
	case w.kind == wPart && !next, w.kind == wMonth && !next:
		return true
	}
	return false
}

// dayAfter takes "day after tomorrow".
func (p *whenParser) dayAfter() bool {
	if p.peek(0).n != uDay || !p.is(1, wAfter) || !p.is(2, wDay) || p.peek(2).n != 1 || p.w.Today || p.w.Day > 0 {
		return false
	}
	p.at += 3
	p.led = true
	p.w.Day = 2
	return true
}

// period takes the unit of "the day", "this week".
func (p *whenParser) period() bool {
	u := p.peek(0).n
	p.at++
	p.w.Today = p.w.Today || u == uDay
	p.w.ThisWeek = p.w.ThisWeek || u == uWeek
	p.w.ThisMonth = p.w.ThisMonth || u == uMonth
	return u >= uDay
}

// monthName takes the day after or before a month's name: "december 3rd",
// "the 3rd of december".
func (p *whenParser) monthName(month int) bool {
	if p.w.OfMonth > 0 {
		return false
	}
	p.w.OfMonth = month
	if p.w.DayOfMonth == 0 && p.second(0) {
		p.yearAfter()
		return p.dayOfMonth(2)
	}
	if p.w.DayOfMonth == 0 && p.is(0, wNumber) && !p.is(1, wColon) && !p.is(1, wPart) {
		n, ok := p.count()
		if !ok {
			return false
		}
		switch {
		case p.is(0, wDom): // 시월 3일
			p.at++
		case p.is(0, wOrdinal) && n%10 == 0 && p.peek(0).n < 10: // twenty first
			n += p.peek(0).n
			p.at++
		case p.second(n):
			n += 2
		}
		p.yearAfter()
		return p.dayOfMonth(n)
	}
	return true
}

// second takes the word that is a day here ("the twenty second" after n of 20) and else a
// unit. Among other words only a month beside it makes it one.
func (p *whenParser) second(n int) bool {
	if w := p.peek(0); w.kind != wUnit || w.n != uSecond || n != 0 && n != 20 {
		return false
	}
	if p.loose && p.w.OfMonth == 0 && !(p.is(1, wFiller) && p.is(2, wMonth)) {
		return false
	}
	p.at++
	return true
}

// yearAfter takes a year that follows a day of a month.
func (p *whenParser) yearAfter() {
	if w := p.peek(0); w.kind == wNumber && len(w.digits) == 4 && w.n >= 2000 && w.n < 2100 && !p.is(1, wYear) {
		p.w.Year = w.n
		p.at++
	}
}

func (p *whenParser) dayOfMonth(n int) bool {
	fresh := p.w.DayOfMonth == 0 && n >= 1 && n <= 31
	p.w.DayOfMonth = n
	return fresh
}

func (p *whenParser) clock(h, m int, exact bool) bool {
	if p.w.Clocked || h < 0 || h > 24 || m < 0 || m > 59 || h == 24 && m > 0 {
		return false
	}
	p.w.Clocked, p.w.Clock, p.w.Half = true, time.Duration(h)*time.Hour+time.Duration(m)*time.Minute, !exact && h <= 12 && h > 0
	return true
}

// weekday is Go's (Sunday is 0) as a When has it (7).
func weekday(n int) int { return (n+6)%7 + 1 }
