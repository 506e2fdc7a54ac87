package timeexpr

import (
	"errors"
	"time"
)

// A part is a part of the day.
type part uint8

const (
	noPart part = iota
	forenoon
	afternoon
	evening
	night
	dawn
	daytime
	lunch
	dinner
)

// lasts is when each part of the day begins and ends.
var lasts = map[part][2]time.Duration{
	noPart: {9 * time.Hour, 9 * time.Hour}, forenoon: {9 * time.Hour, 12 * time.Hour}, afternoon: {15 * time.Hour, 18 * time.Hour}, evening: {19 * time.Hour, 22 * time.Hour},
	night: {21 * time.Hour, 24 * time.Hour}, dawn: {6 * time.Hour, 9 * time.Hour}, daytime: {12 * time.Hour, 15 * time.Hour}, lunch: {13 * time.Hour, 14 * time.Hour}, dinner: {20 * time.Hour, 21 * time.Hour},
}

// A When is a time as it was said, before any clock was looked at. The zero value says
// that none was.
type When struct {
	rel       time.Duration // hours, minutes, seconds from now
	days      int           // days from now
	months    int           // months from now
	isRel     bool
	lead      bool // "in", "later", 동안 stood beside it
	after     bool // "after", 뒤: demands isRel
	day       int  // 0 today, 1 tomorrow, ...
	hasDay    bool
	weekday   time.Weekday
	hasWeek   bool // weekday is set
	weekend   bool // and the day after it
	weeks     int  // 1: of next week
	thisDay   bool
	thisWeek  bool
	thisMonth bool
	nextMonth bool
	year      int
	month     int // 1 to 12
	dom       int
	hour      int
	minute    int
	hasClock  bool
	exact     bool // on the 24 hour clock
	part      part
}

// Set says whether a time was said.
func (w When) Set() bool { return w != When{} }

// Begin is when what was said begins, after now and in its zone: a day at nine in the
// morning; what is going on already, in an hour. It is the zero time if no time was
// said, or none that a clock can tell ("later today").
func (w When) Begin(now time.Time) time.Time {
	if w.hasDay && w.day == 0 && !w.hasClock && w.part == noPart {
		return time.Time{}
	}
	at, err := w.begin(now)
	switch {
	case !w.Set() || err != nil:
		return time.Time{}
	case at.After(now):
		return at
	}
	if at = at.AddDate(0, 0, 1); at.After(now) {
		return at
	}
	return time.Time{} // a year that is past
}

// End is when what was said ends: a day at its end, a part of the day at its own, an
// hour at its beginning. It is after now, or the zero time.
func (w When) End(now time.Time) time.Time {
	today := midnight(now)
	switch {
	case !w.Set():
		return time.Time{}
	case w.isRel, w.hasClock:
		return w.Begin(now)
	case (w.thisWeek || w.weeks > 0) && !w.hasWeek:
		return onDay(monday(now), 7*(w.weeks+1), 0)
	case (w.thisMonth || w.nextMonth) && w.dom == 0:
		return today.AddDate(0, 1, 1-today.Day())
	}
	day, _, err := w.date(now)
	end := lasts[w.part][1]
	switch {
	case err != nil:
		return time.Time{}
	case w.part == noPart:
		end = 24 * time.Hour
	}
	if w.weekend {
		day = onDay(day, 1, 0)
	}
	for n := range 2 {
		if at := onDay(day, n, end); at.After(now) {
			return at
		}
	}
	return time.Time{}
}

func midnight(t time.Time) time.Time { return onDay(t, 0, 0) }

func monday(t time.Time) time.Time { return onDay(t, -(int(t.Weekday())+6)%7, 0) }

// onDay is the clock, as it is shown, n days after t.
func onDay(t time.Time, n int, clock time.Duration) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+n, 0, 0, int(clock/time.Second), 0, t.Location())
}

func (w When) dated() bool {
	return w.hasDay || w.hasWeek || w.weeks > 0 || w.thisDay || w.thisWeek || w.thisMonth || w.dom > 0 || w.nextMonth || w.month > 0
}

// check says what is wrong whatever the time is now.
func (w When) check() error {
	switch {
	case w.after && !w.isRel:
		return errors.New("after what")
	case w.isRel && w.rel > 0 && (w.dated() || w.hasClock || w.part != noPart):
		return errors.New("a span and a time of day")
	case w.isRel && w.dated():
		return errors.New("a span and a day")
	case !w.isRel && !w.dated() && !w.hasClock && w.part == noPart:
		return errors.New("no time")
	case w.month > 0 && w.dom == 0:
		return errors.New("a month without a day")
	}
	return nil
}

// begin makes a time of it, which may be past where a day was named.
func (w When) begin(now time.Time) (time.Time, error) {
	if err := w.check(); err != nil {
		return time.Time{}, err
	}
	if w.isRel && !w.hasClock && w.part == noPart {
		return now.AddDate(0, w.months, w.days).Add(w.rel), nil
	}
	day, today, err := w.date(now)
	if err != nil {
		return time.Time{}, err
	}
	dated := w.dated() || w.isRel
	minutes, err := w.clock(now, dated, today)
	if err != nil {
		return time.Time{}, err
	}
	at := onDay(day, 0, time.Duration(minutes)*time.Minute)
	if at.After(now) {
		return at, nil
	}
	if today && !w.hasClock && w.part != noPart { // in the middle of the afternoon "this afternoon" is not yet over
		if span := lasts[w.part]; now.Before(onDay(day, 0, span[1])) {
			return now.Add(min(time.Hour, span[1]-span[0])), nil
		}
	}
	switch {
	case !dated:
		at = onDay(day, 1, time.Duration(minutes)*time.Minute)
	case w.hasWeek && w.weeks == 0 && !w.thisWeek:
		at = onDay(day, 7, time.Duration(minutes)*time.Minute)
	}
	return at, nil
}

// date is the day that was said, and whether it is today.
func (w When) date(now time.Time) (day time.Time, today bool, err error) {
	midnight := midnight(now)
	switch {
	case w.isRel:
		day = midnight.AddDate(0, w.months, w.days)
	case w.dom > 0:
		return w.monthDay(midnight)
	case w.nextMonth:
		day = midnight.AddDate(0, 1, 1-midnight.Day())
	case w.hasWeek:
		day = onDay(monday(now), (int(w.weekday)+6)%7+7*w.weeks, 0)
		if w.weeks == 0 && !w.thisWeek && day.Before(midnight) {
			day = onDay(day, 7, 0)
		}
	case w.weeks > 0:
		day = onDay(monday(now), 7*w.weeks, 0)
	case w.thisWeek, w.thisMonth:
		return day, false, errors.New("no day is named")
	default:
		day = onDay(midnight, w.day, 0)
	}
	return day, day.Equal(midnight), nil
}

func (w When) monthDay(midnight time.Time) (time.Time, bool, error) {
	year, month := midnight.Year(), int(midnight.Month())
	if w.month > 0 {
		month = w.month
	}
	if w.nextMonth {
		month++
	}
	if w.year > 0 {
		year = w.year
	}
	on := func(year, month int) time.Time {
		return time.Date(year, time.Month(month), w.dom, 0, 0, 0, 0, midnight.Location())
	}
	day := on(year, month)
	if day.Before(midnight) && w.year == 0 {
		if w.month > 0 {
			day = on(year+1, month)
		} else {
			day = on(year, month+1)
		}
	}
	if day.Day() != w.dom {
		return day, false, errors.New("there is no such day")
	}
	return day, day.Equal(midnight), nil
}

// clock gives minutes since midnight of the day that was said; it may lie in
// the night after it.
func (w When) clock(now time.Time, dated, today bool) (int, error) {
	if !w.hasClock {
		return int(lasts[w.part][0] / time.Minute), nil
	}
	h, m := w.hour, w.minute
	if w.exact || h > 12 || h == 0 {
		if w.part == forenoon && h >= 12 && h != 24 || w.part == dawn && h > 7 {
			return 0, errors.New("that hour is not in the morning")
		}
		return h*60 + m, nil
	}
	switch w.part {
	case forenoon, dawn:
		return h%12*60 + m, nil
	case afternoon:
		return (h%12+12)*60 + m, nil
	case evening, dinner:
		if h == 12 {
			h = 24
			return h*60 + m, nil
		}
		return (h+12)*60 + m, nil
	case night:
		if h == 12 || h < 6 {
			return (h%12+24)*60 + m, nil
		}
		return (h+12)*60 + m, nil
	case daytime, lunch:
		if h < 7 {
			h += 12
		}
		return h*60 + m, nil
	}
	if dated && !today {
		if h < 7 {
			h += 12
		}
		return h*60 + m, nil
	}
	h %= 12
	passed := now.Hour()*60 + now.Minute()
	if h*60+m <= passed {
		h += 12
	}
	if h*60+m <= passed && !dated {
		h += 12 // the early hours of tomorrow
	}
	return h*60 + m, nil
}
