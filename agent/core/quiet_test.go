package core

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	day := func(h, m int) time.Time { return time.Date(2026, 3, 2, h, m, 0, 0, time.Local) }
	night, noon := Hours{22 * time.Hour, 7 * time.Hour}, Hours{12 * time.Hour, 13 * time.Hour}
	for _, c := range []struct {
		h    Hours
		at   time.Time
		want time.Time
	}{
		{night, day(23, 0), day(24+7, 0)}, {night, day(22, 0), day(24+7, 0)}, {night, day(6, 59), day(7, 0)},
		{night, day(7, 0), time.Time{}}, {night, day(12, 0), time.Time{}},
		{noon, day(12, 30), day(13, 0)}, {noon, day(13, 0), time.Time{}}, {noon, day(11, 0), time.Time{}},
		{Hours{}, day(3, 0), time.Time{}},
	} {
		got, ok := c.h.end(c.at)
		if ok == c.want.IsZero() || !got.Equal(c.want) {
			t.Errorf("%v at %v: got %v %v, want %v", c.h, c.at, got, ok, c.want)
		}
	}
}

// TestQuietHoursGoByTheWall: on the days when the clocks change too.
func TestQuietHoursGoByTheWall(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	was := time.Local
	time.Local = berlin
	defer func() { time.Local = was }()
	night := Hours{From: 22 * time.Hour, To: 7 * time.Hour}
	for _, c := range []struct{ at, until string }{
		{"2026-03-28 23:00", "2026-03-29 07:00"}, // summer time begins
		{"2026-03-29 06:30", "2026-03-29 07:00"},
		{"2026-03-29 07:30", ""},
		{"2026-03-29 22:30", "2026-03-30 07:00"},
		{"2026-10-24 23:00", "2026-10-25 07:00"}, // and ends
		{"2026-10-25 06:30", "2026-10-25 07:00"},
		{"2026-10-25 07:00", ""},
		{"2026-10-25 21:59", ""},
		{"2026-10-25 22:00", "2026-10-26 07:00"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, berlin)
		if err != nil {
			t.Fatal(err)
		}
		until, quiet := night.end(at)
		if got := until.Format("2006-01-02 15:04"); quiet != (c.until != "") || quiet && got != c.until {
			t.Errorf("%s: got quiet %v until %s, want %q", c.at, quiet, got, c.until)
		}
	}
}
