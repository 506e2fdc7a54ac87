package timeexpr

import (
	"slices"
	"time"
)

// amount takes what begins with a number: a span, a clock time, a date.
func (p *whenParser) amount() bool {
	switch w := p.peek(0); {
	case w.kind == wA && (p.is(1, wQuarter) || p.is(1, wHalf) || p.is(1, wHundred) || p.is(1, wNumber) && p.peek(1).digits == ""):
		p.at++ // a quarter, a half, a couple
		return p.amount()
	case w.kind == wHalf:
		return p.halfOf()
	case w.kind == wQuarter:
		p.at++
		if p.is(0, wFiller) && p.is(1, wA) && p.is(2, wUnit) && p.peek(2).n == uHour { // of an hour
			p.at += 3
			return p.span(15, uMinute)
		}
		return p.beside(15)
	case w.kind == wA:
		p.at++
		return p.is(0, wUnit) && p.unit(1)
	}
	first := p.peek(0)
	n, ok := p.count()
	if !ok {
		return false
	}
	return p.counted(n, first)
}

// counted takes what follows the number n.
func (p *whenParser) counted(n int, first word) bool {
	if p.is(0, wFiller) && p.is(1, wUnit) { // a couple of hours
		p.at++
	}
	next := p.peek(0)
	switch next.kind {
	case wUnit:
		if p.from > 0 && p.words[p.from-1].kind == wThe && p.second(n) {
			return p.dayOfMonth(n + 2)
		}
		if next.n == uMinute && (p.is(1, wPast) || p.is(1, wTo)) { // ten minutes past nine
			p.at++
			return p.beside(n)
		}
		if next.n == uHour && len(first.digits) == 4 { // 1730 hours
			p.at++
			return p.clock(n/100, n%100, true)
		}
		return p.unit(n)
	case wAnd:
		if p.is(1, wA) && p.is(2, wHalf) && p.is(3, wUnit) { // two and a half hours
			p.at += 3
			return p.unit(n) && p.half(p.words[p.at-1].n)
		}
	case wHour:
		p.at++
		return p.koreanClock(n, first)
	case wColon:
		return p.colonClock(n, first)
	case wMonths:
		p.at++
		return n >= 1 && n <= 12 && p.monthName(n)
	case wDom:
		p.at++
		if p.is(0, wAfter) {
			return p.span(n, uDay)
		}
		if p.loose && first.digits == "" && p.w.OfMonth == 0 && !p.w.ThisMonth && p.w.Month == 0 { // 이 일
			return false
		}
		return p.dayOfMonth(n)
	case wYear:
		p.at++
		fresh := p.w.Year == 0 && n >= 2000 && n < 2100
		p.w.Year = n
		return fresh
	case wPast, wTo:
		return p.beside(n)
	case wOclock:
		p.at++
		return p.clock(n, 0, n > 12)
	case wMonth: // 3 december
		return p.dayOfMonth(n)
	case wOrdinal: // twenty first
		if n%10 == 0 && n >= 20 && next.n < 10 {
			p.at++
			return p.dayOfMonth(n + next.n)
		}
		return false
	}
	return p.bareHour(n, first)
}

// bareHour takes an hour that only its place makes one: "at nine", "five
// thirty pm", "nine tomorrow".
func (p *whenParser) bareHour(n int, first word) bool {
	if !p.led && p.at >= len(p.words) || first.native {
		return false
	}
	if p.loose && (p.from == 0 || !slices.Contains([]wordKind{wAt, wAfter, wTo}, p.words[p.from-1].kind)) {
		return false
	}
	if len(first.digits) == 4 {
		return p.clock(n/100, n%100, true)
	}
	if n > 24 {
		return false
	}
	zero := p.is(0, wFiller) && p.is(1, wNumber) && p.peek(1).n < 10 // nine oh five
	if zero {
		p.at++
	}
	minute := 0
	if p.is(0, wNumber) && p.peek(0).digits == "" && first.digits == "" {
		minute, _ = p.count()
		if minute < 10 && !zero {
			return false
		}
	}
	return p.clock(n, minute, n > 12)
}

func (p *whenParser) koreanClock(h int, first word) bool {
	m := 0
	switch {
	case p.is(0, wHalf):
		p.at++
		m = 30
	case p.is(0, wNumber), p.is(0, wTen), p.is(0, wDom):
		n, ok := p.count()
		if !ok || !p.is(0, wUnit) || p.peek(0).n != uMinute {
			return false
		}
		p.at++
		m = n
	}
	return p.clock(h, m, leadingZero(first))
}

func (p *whenParser) colonClock(h int, first word) bool {
	m := p.peek(1)
	if m.kind != wNumber || len(m.digits) != 2 {
		return false
	}
	p.at += 2
	if p.is(0, wColon) && p.is(1, wNumber) && len(p.peek(1).digits) == 2 && p.peek(1).n < 60 {
		p.at += 2 // seconds of a clock time are of no use to a reminder
	}
	return p.clock(h, m.n, leadingZero(first))
}

func leadingZero(w word) bool { return len(w.digits) > 0 && w.digits[0] == '0' }

// halfOf takes "half an hour", "half past five", "반 시간".
func (p *whenParser) halfOf() bool {
	p.at++
	if p.is(0, wPast) {
		return p.beside(30)
	}
	if p.is(0, wA) {
		p.at++
	}
	if p.is(0, wUnit) && p.peek(0).n == uHour {
		p.at++
		return p.span(30, uMinute)
	}
	return false
}

// beside takes "past nine" or "to nine" after n minutes.
func (p *whenParser) beside(n int) bool {
	to := p.is(0, wTo)
	if !to && !p.is(0, wPast) || n < 1 || n > 59 {
		return false
	}
	p.at++
	if p.is(0, wNoon) {
		h := p.peek(0).n
		p.at++
		if to {
			return p.clock(h-1, 60-n, true)
		}
		return p.clock(h%24, n, true)
	}
	h, ok := p.count()
	if !ok || h < 1 || h > 12 {
		return false
	}
	if p.is(0, wOclock) {
		p.at++
	}
	if to {
		return p.clock((h+10)%12+1, 60-n, false)
	}
	return p.clock(h, n, false)
}

// unit takes the unit of n, and a half more of it if that follows.
func (p *whenParser) unit(n int) bool {
	u := p.peek(0).n
	p.at++
	if !p.span(n, u) {
		return false
	}
	switch {
	case p.is(0, wAnd) && p.is(1, wA) && p.is(2, wHalf):
		p.at += 3
		return p.half(u)
	case p.is(0, wHalf) && (u == uHour || u == uMinute):
		p.at++
		return p.half(u)
	}
	return true
}

func (p *whenParser) half(u int) bool {
	switch u {
	case uHour:
		return p.span(30, uMinute)
	case uMinute:
		return p.span(30, uSecond)
	}
	return false
}

// span adds n units from now.
func (p *whenParser) span(n, u int) bool {
	if n < 0 || n > 9999 {
		return false
	}
	switch u {
	case uSecond:
		p.w.After += time.Duration(n) * time.Second
	case uMinute:
		p.w.After += time.Duration(n) * time.Minute
	case uHour:
		p.w.After += time.Duration(n) * time.Hour
	case uDay:
		p.w.Days += n
	case uWeek:
		p.w.Days += 7 * n
	case uMonth:
		p.w.Months += n
	}
	return true
}
