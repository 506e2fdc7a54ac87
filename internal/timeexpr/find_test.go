package timeexpr

import (
	"testing"
	"time"
)

// TestOneMeaning: a time among other words is the same as by itself.
func TestOneMeaning(t *testing.T) {
	now := time.Date(2026, 3, 4, 10, 20, 0, 0, time.UTC) // a Wednesday
	for text, want := range map[string]string{
		"next week": "09 09:00", "다음 주": "09 09:00", "다음 주에": "09 09:00", "next month": "01 09:00", "다음 달": "01 09:00",
		"in ninety minutes": "04 11:50", "in 90 minutes": "04 11:50", "구십 분 뒤": "04 11:50", "in a few minutes": "04 10:23",
		"내일 모레": "06 09:00", "the day after tomorrow": "06 09:00", "내일모레 아침": "06 09:00", "모레": "06 09:00", "10분 이따가": "04 10:30", "이따가 세 시에": "04 15:00", "열흘 뒤": "14 10:20",
		"this weekend": "07 09:00", "다음 주말": "14 09:00", "tonight": "04 21:00", "this morning": "04 11:20", "이번 달 20일": "20 09:00", "at lunch": "04 13:00",
	} {
		at, err := Parse(text, now)
		if got := at.Format("02 15:04"); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
		for _, words := range []string{text, "Not now. " + text, "나중에 " + text} {
			if got := Find(words).Begin(now).Format("02 15:04"); got != want {
				t.Errorf("%q: got %s (%+v), want %s", words, got, Find(words), want)
			}
		}
	}
	for _, text := range []string{"", "later", "이따가", "나중에", "later today", "네", "the second one", "the twenty second one", "백업", "one more time", "I may", "he sat down", "it is two days old", "이 일은 안 돼"} {
		if at := Find(text).Begin(now); !at.IsZero() {
			t.Errorf("%q: got %s", text, at)
		}
	}
	for text, want := range map[string]string{"네 십 분 뒤에": "04 10:30", "오전 말고 오후에": "04 15:00", "ask Kim, then tomorrow, at nine": "05 09:00", "after five": "04 17:00", "not now, at 5.30": "04 17:30", "no, in a hundred minutes": "04 12:00", "아니 백 분 뒤에": "04 12:00"} {
		if got := Find(text).Begin(now).Format("02 15:04"); got != want {
			t.Errorf("%q: got %s (%+v), want %s", text, got, Find(text), want)
		}
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int{
		"7": 7, "twenty five": 25, "ninety": 90, "열두": 12, "스물다섯": 25, "이십오": 25, "구십 구": 99, "한": 1, "a couple of": 2, "a": 1, "a few": 3, "a hundred": 100, "two hundred and five": 205, "백이십": 120,
		"": -1, "seven of": -1, "five minutes": -1, "twice": -1, "-3": 3, "99999": -1,
	} {
		if got := Count(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// TestUntil: a permission lasts to the end of what was named.
func TestUntil(t *testing.T) {
	now := time.Date(2026, 3, 5, 10, 20, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"until friday": "07 00:00", "this week": "09 00:00", "today": "06 00:00", "tomorrow": "07 00:00", "until five": "05 17:00", "this afternoon": "05 18:00", "for two hours": "05 12:20", "this month": "01 00:00", "until the end of next week": "16 00:00",
		"금요일까지": "07 00:00", "이번 주": "09 00:00", "오늘": "06 00:00", "내일까지": "07 00:00", "두 시간 동안": "05 12:20", "이번 달": "01 00:00", "이번 주 토요일까지": "08 00:00", "this weekend": "09 00:00", "다음 주말까지": "16 00:00", "오늘 오후": "05 18:00",
	} {
		if got := Find(text).End(now).Format("02 15:04"); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestWhenIsToCome: whatever was said, the time is after now, and in its zone.
func TestWhenIsToCome(t *testing.T) {
	zone := time.FixedZone("east", 9*3600)
	for _, text := range []string{"this morning", "this afternoon", "tonight", "at five", "at noon", "at midnight", "thursday", "next week", "next month", "tomorrow", "in a minute", "오전에", "오후에", "세 시에", "밤 두 시에", "목요일", "12시에"} {
		for h := range 24 * 8 {
			now := time.Date(2026, 12, 28, h, 59, 59, 0, zone)
			for _, at := range []time.Time{Find(text).Begin(now), Find(text).End(now)} {
				if !at.After(now) || at.Location() != zone || at.After(now.AddDate(0, 1, 4)) {
					t.Errorf("%q at %s: got %s", text, now, at)
				}
			}
		}
	}
	if at := (When{}).Begin(time.Now()); !at.IsZero() {
		t.Errorf("got %s for no time", at)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"in ten minutes", "tomorrow at half past five", "내일 아침 아홉 시에", "십 분 뒤에", "next week", "다음 달"} {
		f.Add(s, int64(1772706000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<33), 0).UTC()
		w := Find(text)
		for _, at := range []time.Time{w.Begin(now), w.End(now)} {
			if !at.IsZero() && (!w.Set || !at.After(now)) {
				t.Fatalf("%q at %s: got %s (%+v)", text, now, at, w)
			}
		}
	})
}

// TestWrittenBefore: what journals hold of ends that an earlier version read.
func TestWrittenBefore(t *testing.T) {
	now := time.Date(2026, 3, 5, 10, 20, 0, 0, time.UTC)
	for want, w := range map[string]When{
		"09 00:00": {Set: true, Weekday: 7, Clock: 24 * time.Hour},
		"06 00:00": {Set: true, Clock: 24 * time.Hour},
		"16 00:00": {Set: true, Week: 1, Weekday: 7, Clock: 24 * time.Hour},
		"01 00:00": {Set: true, Month: 1},
		"05 12:20": {Set: true, After: 2 * time.Hour},
		"05 17:00": {Set: true, Clock: 5 * time.Hour, Half: true},
	} {
		if got := w.End(now).Format("02 15:04"); got != want {
			t.Errorf("%+v: got %s, want %s", w, got, want)
		}
	}
}
