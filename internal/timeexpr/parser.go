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
	return true
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
		p.w.lead = true
		return true
	case wThe:
		p.at++
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
		p.w.after, p.w.lead = !p.loose, true
		return true
	case wNumber, wTen, wDom, wA, wHalf, wQuarter:
		return p.amount()
	case wSpan:
		p.at++
		p.w.days += w.n
		p.w.isRel = true
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
		fresh := !p.w.hasDay || p.w.day == 1 && w.n == 2 && p.words[p.from-1].kind == wDay // 내일 모레
		p.w.hasDay, p.w.day = true, w.n
		return fresh
	case wPart:
		if w.n < 0 { // tonight
			w.n = -w.n
			p.w.hasDay = true
		}
		fresh := p.w.part == noPart || p.w.part == part(w.n) || part(w.n) == afternoon && p.w.part >= afternoon
		if p.w.part == noPart {
			p.w.part = part(w.n)
		}
		return fresh
	case wNoon:
		return p.clock(w.n, 0, true)
	case wWeekday:
		fresh := !p.w.hasWeek
		p.w.hasWeek, p.w.weekday = true, time.Weekday(w.n)
		return fresh
	case wWeekend:
		fresh := !p.w.hasWeek
		p.w.hasWeek, p.w.weekend, p.w.weekday = true, true, time.Weekday(w.n)
		return fresh
	case wWeek:
		fresh := p.w.weeks == 0 && !p.w.thisWeek
		p.w.weeks, p.w.thisWeek = w.n, w.n == 0
		return fresh
	case wMonthOf:
		fresh := !p.w.nextMonth && !p.w.thisMonth
		p.w.nextMonth, p.w.thisMonth = w.n == 1, w.n == 0
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
	case (w.kind == wWeekday || w.kind == wWeekend) && p.w.weeks == 0:
		if next {
			p.w.weeks = 1
		}
		return true
	case w.kind == wUnit && !next:
		return p.period()
	case w.kind == wUnit && w.n == uWeek:
		p.at++
		fresh := p.w.weeks == 0 && !p.w.thisWeek
		p.w.weeks = 1
		return fresh
	case w.kind == wUnit && w.n == uMonth:
		p.at++
		p.w.nextMonth = true
		return true
	case w.kind == wNumber && next: // the next two hours
		p.w.lead = true
		return true
	case w.kind == wPart && !next, w.kind == wMonth && !next:
		return true
	}
	return false
}

// dayAfter takes "day after tomorrow".
func (p *whenParser) dayAfter() bool {
	if p.peek(0).n != uDay || !p.is(1, wAfter) || !p.is(2, wDay) || p.peek(2).n != 1 || p.w.hasDay {
		return false
	}
	p.at += 3
	p.led = true
	p.w.hasDay, p.w.day = true, 2
	return true
}

// period takes the unit of "the day", "this week".
func (p *whenParser) period() bool {
	u := p.peek(0).n
	p.at++
	p.w.thisDay = p.w.thisDay || u == uDay
	p.w.thisWeek = p.w.thisWeek || u == uWeek
	p.w.thisMonth = p.w.thisMonth || u == uMonth
	return u >= uDay
}

// monthName takes the day after or before a month's name: "december 3rd",
// "the 3rd of december".
func (p *whenParser) monthName(month int) bool {
	if p.w.month > 0 {
		return false
	}
	p.w.month = month
	if p.w.dom == 0 && p.is(0, wNumber) && !p.is(1, wColon) && !p.is(1, wPart) {
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
		}
		p.yearAfter()
		return p.dayOfMonth(n)
	}
	return true
}

// yearAfter takes a year that follows a day of a month.
func (p *whenParser) yearAfter() {
	if w := p.peek(0); w.kind == wNumber && len(w.digits) == 4 && w.n >= 2000 && w.n < 2100 && !p.is(1, wYear) {
		p.w.year = w.n
		p.at++
	}
}

func (p *whenParser) dayOfMonth(n int) bool {
	fresh := p.w.dom == 0 && n >= 1 && n <= 31
	p.w.dom = n
	return fresh
}

func (p *whenParser) clock(h, m int, exact bool) bool {
	if p.w.hasClock || h < 0 || h > 24 || m < 0 || m > 59 || h == 24 && m > 0 {
		return false
	}
	p.w.hasClock, p.w.hour, p.w.minute, p.w.exact = true, h, m, exact
	return true
}
