package timeexpr

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// parseWhen says what time a person means: "in ten minutes", "tomorrow at
// nine", "next Friday at half past five", "10분 뒤", "내일 아침 9시", "다음 주 월요일
// 오후 두 시 반", ISO 8601. Every word must be understood, else it is an error
// that tells the model what to ask. An hour without a half of the day is the
// next one to come today, or between 7:00 and 18:59 of another day. A day
// without an hour is 9:00. The result is in now's zone, in whole seconds.
func Parse(text string, now time.Time) (time.Time, error) {
	now = now.Truncate(time.Second)
	text = strings.TrimSpace(norm.NFC.String(text))
	if text == "" {
		return time.Time{}, fmt.Errorf("the time is missing: ask the user when")
	}
	if len(text) > 200 {
		return time.Time{}, fmt.Errorf("the time is too long: ask the user when")
	}
	if t, ok := isoTime(text, now.Location()); ok {
		return t, nil
	}
	unclear := fmt.Errorf("the time %q is not understood: ask the user when, such as \"in ten minutes\", \"tomorrow at nine\", \"내일 아침 9시\" or \"2026-01-31 17:00\"", textnorm.Brief(text, 60))
	words, ok := whenWords(text)
	if !ok {
		return time.Time{}, unclear
	}
	p := whenParser{words: words}
	if !p.all() {
		return time.Time{}, unclear
	}
	t, err := p.w.Resolve(now)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time %q is not understood (%w): ask the user when", textnorm.Brief(text, 60), err)
	}
	return t, nil
}

func isoTime(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil && t.Year() > 1900 {
		return t.In(zone).Truncate(time.Second), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && t.Year() > 1900 {
			return t, true
		}
	}
	if t, err := time.ParseInLocation("2006-01-02", text, zone); err == nil && t.Year() > 1900 {
		return t.Add(9 * time.Hour), true
	}
	return time.Time{}, false
}

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
)

// A when is what was said of a time; unset fields are -1 or zero.
type when struct {
	rel       time.Duration // hours, minutes, seconds from now
	days      int           // days from now
	months    int           // months from now
	isRel     bool
	after     bool // "after", "뒤": demands isRel
	day       int  // 0 today, 1 tomorrow, ...
	hasDay    bool
	weekday   time.Weekday
	hasWeek   bool // weekday is set
	weeks     int  // 1: of next week
	thisWeek  bool
	year      int
	month     int // 1 to 12
	nextMonth bool
	dom       int
	hour      int
	minute    int
	hasClock  bool
	exact     bool // on the 24 hour clock
	part      part
}

// Resolve makes a time of it.
func (w when) Resolve(now time.Time) (time.Time, error) {
	dated := w.hasDay || w.hasWeek || w.weeks > 0 || w.thisWeek || w.dom > 0 || w.nextMonth || w.month > 0
	switch {
	case w.after && !w.isRel:
		return time.Time{}, fmt.Errorf("after what")
	case w.isRel && w.rel > 0:
		if dated || w.hasClock || w.part != noPart {
			return time.Time{}, fmt.Errorf("a span and a time of day")
		}
		return now.AddDate(0, w.months, w.days).Add(w.rel), nil
	case w.isRel && dated:
		return time.Time{}, fmt.Errorf("a span and a day")
	case w.isRel && !w.hasClock && w.part == noPart:
		return now.AddDate(0, w.months, w.days), nil
	case !w.isRel && !dated && !w.hasClock && w.part == noPart:
		return time.Time{}, fmt.Errorf("no time")
	}
	day, today, err := w.date(now)
	if err != nil {
		return time.Time{}, err
	}
	minutes, err := w.clock(now, dated || w.isRel, today)
	if err != nil {
		return time.Time{}, err
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, now.Location())
	if !at.After(now) && !dated && !w.isRel {
		at = time.Date(day.Year(), day.Month(), day.Day()+1, minutes/60, minutes%60, 0, 0, now.Location())
	}
	if !at.After(now) && w.hasWeek && w.weeks == 0 && !w.thisWeek {
		at = at.AddDate(0, 0, 7)
	}
	return at, nil
}

// date is the day that was said, and whether it is today.
func (w when) date(now time.Time) (day time.Time, today bool, err error) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case w.isRel:
		day = midnight.AddDate(0, w.months, w.days)
	case w.dom > 0:
		return w.monthDay(midnight)
	case w.nextMonth:
		day = midnight.AddDate(0, 1, 0)
	case w.month > 0:
		return day, false, fmt.Errorf("a month without a day")
	case w.hasWeek:
		monday := midnight.AddDate(0, 0, -(int(now.Weekday())+6)%7)
		day = monday.AddDate(0, 0, (int(w.weekday)+6)%7+7*w.weeks)
		if w.weeks == 0 && !w.thisWeek && day.Before(midnight) {
			day = day.AddDate(0, 0, 7)
		}
	case w.weeks > 0:
		day = midnight.AddDate(0, 0, 7*w.weeks)
	case w.thisWeek:
		return day, false, fmt.Errorf("a week without a day")
	default:
		day = midnight.AddDate(0, 0, w.day)
	}
	return day, day.Equal(midnight), nil
}

func (w when) monthDay(midnight time.Time) (time.Time, bool, error) {
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
		return day, false, fmt.Errorf("there is no such day")
	}
	return day, day.Equal(midnight), nil
}

// clock gives minutes since midnight of the day that was said; it may lie in
// the night after it.
func (w when) clock(now time.Time, dated, today bool) (int, error) {
	if !w.hasClock {
		return map[part]int{noPart: 9, forenoon: 9, afternoon: 15, evening: 19, night: 21, dawn: 6, daytime: 12}[w.part] * 60, nil
	}
	h, m := w.hour, w.minute
	if w.exact || h > 12 || h == 0 {
		if w.part == forenoon && h >= 12 && h != 24 || w.part == dawn && h > 7 {
			return 0, fmt.Errorf("that hour is not in the morning")
		}
		return h*60 + m, nil
	}
	switch w.part {
	case forenoon, dawn:
		return h%12*60 + m, nil
	case afternoon:
		return (h%12+12)*60 + m, nil
	case evening:
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
	case daytime:
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
