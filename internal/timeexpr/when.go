package timeexpr

import (
	"errors"
	"time"
)

// A part is a part of the day.
type part int

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
// that none was. It is written down with what it belongs to.
type When struct {
	Set   bool
	After time.Duration // hours, minutes and seconds from now
	// Month is how many months ahead of this one: 1 of "next month".
	Month int
	// Week is the same of weeks, whose Monday it is without a Weekday.
	Week int
	// Weekday is 1 (Monday) to 7 (Sunday): the next one to come; 0 if none was named.
	Weekday int
	Day     int           // 1: tomorrow
	Clock   time.Duration // since midnight
	Half    bool          // Clock may be on either half of the day: "at five"
	Span    time.Duration // how much longer than a day: of a weekend one more

	Days       int  `json:",omitzero"` // from now
	Months     int  `json:",omitzero"` // from now
	Today      bool `json:",omitzero"`
	ThisWeek   bool `json:",omitzero"`
	ThisMonth  bool `json:",omitzero"`
	Year       int  `json:",omitzero"`
	OfMonth    int  `json:",omitzero"` // 1 to 12
	DayOfMonth int  `json:",omitzero"`
	Clocked    bool `json:",omitzero"` // an hour was said, be it zero
	Part       part `json:",omitzero"` // of the day
}

func (w When) relative() bool { return w.After > 0 || w.Days > 0 || w.Months > 0 }

func (w When) clocked() bool { return w.Clocked || w.Half || w.Clock > 0 }

// Begin is when what was said begins, after now and in its zone: a day at nine in the
// morning; what is going on already, in an hour. It is the zero time if no time was
// said, or none that a clock can tell ("later today").
func (w When) Begin(now time.Time) time.Time {
	if w.Today && !w.clocked() && w.Part == noPart {
		return time.Time{}
	}
	at, err := w.begin(now)
	switch {
	case !w.Set || err != nil:
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
	case !w.Set:
		return time.Time{}
	case w.relative(), w.clocked():
		return w.Begin(now)
	case (w.ThisWeek || w.Week > 0) && w.Weekday == 0:
		return onDay(monday(now), 7*(w.Week+1), 0)
	case (w.ThisMonth || w.Month > 0) && w.DayOfMonth == 0:
		return today.AddDate(0, 1, 1-today.Day())
	}
	day, _, err := w.date(now)
	end := lasts[w.Part][1]
	switch {
	case err != nil:
		return time.Time{}
	case w.Part == noPart:
		end = 24*time.Hour + w.Span
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
	return w.Today || w.Day > 0 || w.Weekday > 0 || w.Week > 0 || w.ThisWeek || w.ThisMonth || w.DayOfMonth > 0 || w.Month > 0 || w.OfMonth > 0
}

// check says what is wrong whatever the time is now.
func (w When) check() error {
	switch {
	case w.After > 0 && (w.dated() || w.clocked() || w.Part != noPart):
		return errors.New("a span and a time of day")
	case w.relative() && w.dated():
		return errors.New("a span and a day")
	case !w.relative() && !w.dated() && !w.clocked() && w.Part == noPart:
		return errors.New("no time")
	case w.OfMonth > 0 && w.DayOfMonth == 0:
		return errors.New("a month without a day")
	}
	return nil
}

// begin makes a time of it, which may be past where a day was named.
func (w When) begin(now time.Time) (time.Time, error) {
	if err := w.check(); err != nil {
		return time.Time{}, err
	}
	if w.relative() && !w.clocked() && w.Part == noPart {
		return now.AddDate(0, w.Months, w.Days).Add(w.After), nil
	}
	day, today, err := w.date(now)
	if err != nil {
		return time.Time{}, err
	}
	dated := w.dated() || w.relative()
	minutes, err := w.clock(now, dated, today)
	if err != nil {
		return time.Time{}, err
	}
	at := onDay(day, 0, time.Duration(minutes)*time.Minute)
	if at.After(now) {
		return at, nil
	}
	if today && !w.clocked() && w.Part != noPart { // in the middle of the afternoon "this afternoon" is not yet over
		if span := lasts[w.Part]; now.Before(onDay(day, 0, span[1])) {
			return now.Add(min(time.Hour, span[1]-span[0])), nil
		}
	}
	switch {
	case !dated:
		at = onDay(day, 1, time.Duration(minutes)*time.Minute)
	case w.Weekday > 0 && w.Week == 0 && !w.ThisWeek:
		at = onDay(day, 7, time.Duration(minutes)*time.Minute)
	}
	return at, nil
}

// date is the day that was said, and whether it is today.
func (w When) date(now time.Time) (day time.Time, today bool, err error) {
	midnight := midnight(now)
	switch {
	case w.relative():
		day = midnight.AddDate(0, w.Months, w.Days)
	case w.DayOfMonth > 0:
		return w.monthDay(midnight)
	case w.Month > 0:
		day = midnight.AddDate(0, 1, 1-midnight.Day())
	case w.Weekday > 0:
		day = onDay(monday(now), w.Weekday-1+7*w.Week, 0)
		if w.Week == 0 && !w.ThisWeek && day.Before(midnight) {
			day = onDay(day, 7, 0)
		}
	case w.Week > 0:
		day = onDay(monday(now), 7*w.Week, 0)
	case w.ThisWeek, w.ThisMonth:
		return day, false, errors.New("no day is named")
	default:
		day = onDay(midnight, w.Day, 0)
	}
	return day, day.Equal(midnight), nil
}

func (w When) monthDay(midnight time.Time) (time.Time, bool, error) {
	year, month := midnight.Year(), int(midnight.Month())
	if w.OfMonth > 0 {
		month = w.OfMonth
	}
	if w.Month > 0 {
		month += w.Month
	}
	if w.Year > 0 {
		year = w.Year
	}
	on := func(year, month int) time.Time {
		return time.Date(year, time.Month(month), w.DayOfMonth, 0, 0, 0, 0, midnight.Location())
	}
	day := on(year, month)
	if day.Before(midnight) && w.Year == 0 {
		if w.OfMonth > 0 {
			day = on(year+1, month)
		} else {
			day = on(year, month+1)
		}
	}
	if day.Day() != w.DayOfMonth {
		return day, false, errors.New("there is no such day")
	}
	return day, day.Equal(midnight), nil
}

// clock gives minutes since midnight of the day that was said; it may lie in
// the night after it.
func (w When) clock(now time.Time, dated, today bool) (int, error) {
	if !w.clocked() {
		return int(lasts[w.Part][0] / time.Minute), nil
	}
	h, m := int(w.Clock/time.Hour), int(w.Clock/time.Minute)%60
	if !w.Half || h > 12 || h == 0 {
		if w.Part == forenoon && h >= 12 && h != 24 || w.Part == dawn && h > 7 {
			return 0, errors.New("that hour is not in the morning")
		}
		return h*60 + m, nil
	}
	switch w.Part {
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
