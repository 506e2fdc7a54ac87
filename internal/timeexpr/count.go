package timeexpr

// Count reads a number from 0 to 9999, in digits or in words ("a couple of"); -1 if text
// is anything else.
func Count(text string) int {
	words, ok := wordsOf(text, false)
	p := whenParser{words: words}
	a := p.is(0, wA)
	if a && len(words) == 1 {
		return 1
	} else if a {
		p.at++
	}
	n, counted := p.count()
	if a && p.is(0, wFiller) {
		p.at++
	}
	if !ok || !counted || p.at < len(words) {
		return -1
	}
	return n
}

// count takes a number: digits, English ("twenty five"), Korean ("스물다섯",
// "이십오"), hundreds of either.
func (p *whenParser) count() (n int, ok bool) {
	n, ok = p.below100()
	if !p.is(0, wHundred) || n > 9 {
		return n, ok
	}
	p.at++
	if p.is(0, wAnd) && p.is(1, wNumber) {
		p.at++
	}
	rest := 0
	if p.peek(0).digits == "" {
		rest, _ = p.below100()
	}
	return max(n, 1)*100 + rest, true
}

// below100 takes a number without hundreds, where 일 is one unless it is the unit of days.
func (p *whenParser) below100() (n int, ok bool) {
	joins, native := false, false
	for p.at < len(p.words) {
		w := p.peek(0)
		fits := !ok || joins && w.n < 10
		switch {
		case w.kind == wNumber && w.digits != "":
			if !ok {
				p.at++
				return w.n, true
			}
			return n, true
		case w.kind == wTen && n < 10 && !native:
			n, joins = max(n, 1)*10, true
		case w.kind == wNumber && fits && (!ok || w.native == native):
			n, joins = n+w.n, w.joins || !ok && w.n > 1 && w.n < 10 && p.is(1, wTen)
		case w.kind == wDom && fits && p.isOne(ok):
			n, joins = n+1, false
		default:
			return n, ok
		}
		ok, native = true, w.native
		p.at++
	}
	return n, ok
}

// isOne says whether 일 here is the number one and not the unit of days.
func (p *whenParser) isOne(afterNumber bool) bool {
	switch p.peek(1).kind {
	case wUnit, wHour, wMonths, wDom, wHundred:
		return true
	}
	return !afterNumber
}
