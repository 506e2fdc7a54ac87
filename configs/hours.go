package configs

import (
	"fmt"
	"strings"
	"time"
)

// ParseHours reads "22:00-07:00": two times of day, as durations after midnight.
// The empty text is no time at all: both are zero.
func ParseHours(text string) (from, to time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	bad := fmt.Errorf("%q is not a time of day such as 22:00-07:00", text)
	a, b, ok := strings.Cut(text, "-")
	if !ok {
		return 0, 0, bad
	}
	var at [2]time.Duration
	for i, s := range []string{a, b} {
		t, err := time.Parse("15:04", strings.TrimSpace(s))
		if err != nil {
			return 0, 0, bad
		}
		at[i] = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	if at[0] == at[1] {
		return 0, 0, fmt.Errorf("%q begins when it ends; leave it empty for no quiet hours", text)
	}
	return at[0], at[1], nil
}
