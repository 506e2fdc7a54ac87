package consent

import "time"

// Always, Leave and so on: stub until merged.
const Always Reading = 20

type When struct {
	After time.Duration
	Clock time.Duration
	Day   int
	Set   bool
}

func (w When) Time(now time.Time) time.Time { return time.Time{} }

type Leave struct {
	Verb, Object, About string
	Until               When
	Count               int
	Sum                 string
	Revoke              bool
}

func ReadLeave(text, language string) (Leave, bool)                     { return Leave{}, false }
func ReadChoice(text, language string, names []string) (i int, ok bool) { return 0, false }
func ReadAll(text, language string) bool                                { return false }
