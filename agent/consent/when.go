package consent

import (
	"slices"
	"strings"
	"time"

	"deputy/internal/textnorm"
)

// A When is a time as it was said, before any clock was looked at. The zero
// value says that none was.
type When struct {
	Set bool
	// After is how long from now; beside it only Set counts.
	After time.Duration
	// Month is 1 for the first day of next month; then no other day counts.
	Month int
	// Week is 1 for next week, whose Monday it is without a Weekday.
	Week int
	// Weekday is 1 (Monday) to 7 (Sunday): the next one to come. 0: none was named.
	Weekday int
	// Day is how many days after today: 1 is tomorrow.
	Day int
	// Clock is the time of that day since midnight, up to 24 hours and more
	// (two in the night after it is 26 hours).
	Clock time.Duration
	// Half says that Clock may be on either half of the day ("at five").
	Half bool
	// Span is how long what was named lasts from Clock on (an afternoon: 3 hours).
	Span time.Duration
}

// Time is the time that is meant when now is when it was said: the zero time if
// w is not Set, else one after now, in now's zone.
func (w When) Time(now time.Time) time.Time {
	switch {
	case !w.Set:
		return time.Time{}
	case w.After > 0:
		return now.Add(w.After)
	}
	y, m, d := now.Date()
	day := func(n int, clock time.Duration) time.Time {
		return time.Date(y, m, d+n, 0, 0, int(clock/time.Second), 0, now.Location())
	}
	week := int(now.Weekday()+6) % 7 // days since Monday
	switch {
	case w.Month > 0:
		return time.Date(y, m+time.Month(w.Month), 1, 0, 0, int(w.dayClock()/time.Second), 0, now.Location())
	case w.Week > 0:
		return day(7*w.Week-week+max(w.Weekday, 1)-1, w.dayClock())
	case w.Weekday > 0:
		n := (w.Weekday - 1 - week + 7) % 7
		if t := day(n, w.dayClock()); t.After(now) {
			return t
		}
		return day(n+7, w.dayClock())
	case w.Day > 0:
		return day(w.Day, w.dayClock())
	}
	today := []time.Duration{w.Clock}
	if w.Half {
		today = append(today, w.Clock+12*time.Hour)
	}
	for _, c := range today {
		if t := day(0, c); t.After(now) {
			return t
		}
	}
	// In the middle of the afternoon "this afternoon" is not yet over.
	if now.Before(day(0, w.Clock+w.Span)) {
		return now.Add(min(time.Hour, w.Span))
	}
	return day(1, w.dayClock())
}

// dayClock is the clock on a day that is not today: an hour on either half of
// the day is between 7:00 and 18:59.
func (w When) dayClock() time.Duration {
	if w.Half && w.Clock < 7*time.Hour {
		return w.Clock + 12*time.Hour
	}
	return w.Clock
}

// laterAt reads when a thing is put off to, from folded text. A day without an
// hour is nine in the morning.
func laterAt(text string) When {
	r := readTime(text, days)
	switch {
	case r.dated && !r.clocked && r.When == (When{Set: true}): // today, but when
		return When{}
	case r.dated && !r.clocked:
		r.Clock = 9 * time.Hour
	}
	return r.When
}

// untilAt reads how long a permission lasts: a day to its end, an hour to its
// begin, a part of the day to its end.
func untilAt(text string) When {
	r := readTime(text, slices.Concat(days, periods))
	switch {
	case r.Month > 0 && !r.clocked: // the end of this month is the begin of the next
	case r.Week > 0 && r.Weekday == 0 && !r.clocked: // to the end of next week
		r.Weekday, r.Clock = 7, 24*time.Hour
	case r.dated && !r.clocked:
		r.Clock = 24 * time.Hour
	default:
		r.Clock, r.Span = r.Clock+r.Span, 0
	}
	return r.When
}

// A saidTime is what was said of a time.
type saidTime struct {
	When
	dated   bool // a day was named
	clocked bool // an hour or a part of the day was named
}

// readTime finds the time in folded text, of either language. A span ("in ten
// minutes") counts alone.
func readTime(text string, names []dayName) saidTime {
	var r saidTime
	for _, read := range []func(string) time.Duration{englishSpan, koreanSpan} {
		if d := read(text); d > 0 {
			r.Set, r.After = true, d
			return r
		}
	}
	text = r.day(text, names)
	var p part
	for name, q := range parts {
		if containsWord(text, name) && q.Clock >= p.Clock {
			p = q
		}
	}
	hour, minute, half := clockOf(text)
	switch {
	case hour >= 0:
		r.clocked = true
		r.Clock, r.Half = place(hour, half, p)
		r.Clock += time.Duration(minute) * time.Minute
	case p.Clock > 0:
		r.clocked = true
		r.Clock, r.Span = p.Clock, p.Span
	}
	r.Set = r.dated || r.clocked
	return r
}

// day reads the day and gives back the text without it.
func (r *saidTime) day(text string, names []dayName) string {
	for _, d := range names {
		if !containsWord(text, d.name) {
			continue
		}
		r.dated = true
		r.Month, r.Week, r.Day = max(r.Month, d.Month), max(r.Week, d.Week), max(r.Day, d.Day)
		if r.Weekday == 0 { // "this week" beside "Friday" adds nothing
			r.Weekday = d.Weekday
		}
		text = strings.Replace(text, d.name, " ", 1)
	}
	if r.Day > 0 { // "tomorrow, Friday" is tomorrow
		r.Week, r.Weekday = 0, 0
	}
	return text
}

// place puts an hour on the 24 hour dial: half is "am", "pm" or "", p the part
// of the day that was named beside it.
func place(hour int, half string, p part) (clock time.Duration, either bool) {
	h := time.Duration(hour) * time.Hour
	late := half == "pm" || half == "" && p.Clock >= 12*time.Hour
	switch {
	case hour > 12 || hour == 0:
		return h, false
	case half == "am" || half == "" && p.Clock > 0 && p.Clock < 12*time.Hour:
		return h % (12 * time.Hour), false
	case late && half == "" && p.Clock == 21*time.Hour && (hour == 12 || hour < 5): // 밤 두 시: of the night after
		return h%(12*time.Hour) + 24*time.Hour, false
	case late && hour < 12:
		return h + 12*time.Hour, false
	case late:
		return h, false
	}
	return h % (12 * time.Hour), true
}

// containsWord says whether name stands in text: an English one as words of its
// own, a Korean one where a word begins.
func containsWord(text, name string) bool {
	padded := " " + text + " "
	if textnorm.HasHangul(name) {
		return strings.Contains(padded, " "+name)
	}
	return strings.Contains(padded, " "+name+" ")
}
