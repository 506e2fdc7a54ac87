package timeexpr

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// Parse says what time a person means: "in ten minutes", "tomorrow at
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
	words, ok := wordsOf(text, false)
	p := whenParser{words: words}
	if !ok || !p.all() {
		return time.Time{}, unclear
	}
	t, err := p.w.begin(now)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time %q is not understood (%w): ask the user when", textnorm.Brief(text, 60), err)
	}
	return t, nil
}

// Find reads the time that stands in text among other words, the longest that makes
// sense; the zero When if there is none.
func Find(text string) When {
	words, _ := wordsOf(text[:textnorm.RuneCut(text, 400)], true)
	words = slices.CompactFunc(words, func(a, b word) bool { return a.kind == wGap && b.kind == wGap })
	words = words[:min(len(words), 40)]
	for n := len(words); n > 0; n-- {
		for from := range len(words) - n + 1 {
			p := whenParser{words: words[from : from+n], loose: true}
			if p.all() && p.w.check() == nil && (p.lead || !p.w.relative() || p.w.Clocked || p.w.Part != noPart) {
				return p.w
			}
		}
	}
	return When{}
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
