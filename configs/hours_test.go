package configs

import (
	"testing"
	"time"
)

func TestParseHours(t *testing.T) {
	for _, c := range []struct {
		text     string
		from, to time.Duration
		bad      bool
	}{
		{"", 0, 0, false},
		{"22:00-07:00", 22 * time.Hour, 7 * time.Hour, false},
		{"09:30 - 12:15", 9*time.Hour + 30*time.Minute, 12*time.Hour + 15*time.Minute, false},
		{"0:00-6:00", 0, 6 * time.Hour, false},
		{"22:00", 0, 0, true},
		{"25:00-07:00", 0, 0, true},
		{"10pm-7am", 0, 0, true},
		{"07:00-07:00", 0, 0, true},
	} {
		from, to, err := ParseHours(c.text)
		if from != c.from || to != c.to || (err != nil) != c.bad {
			t.Errorf("%q: got %v to %v, %v; want %v to %v, bad=%v", c.text, from, to, err, c.from, c.to, c.bad)
		}
	}
}
