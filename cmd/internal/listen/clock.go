package listen

import (
	"log/slog"
	"time"

	"deputy/audio"
)

// started begins the steady time.
var started = time.Now()

// steady is how long this process has run, never 0: a time that goes on evenly
// however the clock is set.
func steady() time.Duration { return time.Since(started) + 1 }

// FirstSound is what is logged when the first sound has come, with how long ago it
// was in the room; deputy bench looks for it.
const FirstSound = "listening"

// A SampleClock is a source that knows when each of its samples was in the room.
type SampleClock struct {
	Source audio.Source
	log    *slog.Logger // of the first sound; nil is silent
	read   int64        // samples so far
	at     time.Time    // when the last of them was read
}

func (c *SampleClock) Rate() int    { return c.Source.Rate() }
func (c *SampleClock) Close() error { return c.Source.Close() }

func (c *SampleClock) Read(buf []float32) (int, error) {
	n, err := c.Source.Read(buf)
	if n > 0 {
		c.at = time.Now()
		if b, ok := c.Source.(*PrerollBuffer); ok {
			c.at = c.at.Add(-b.behind())
		}
		if c.read == 0 && c.log != nil {
			c.log.Info(FirstSound, "ago", time.Since(c.at))
		}
		c.read += int64(n)
	}
	return n, err
}

// When is the wall time of a position that Listen named (in samples at
// audio.Rate). It is called from the goroutine that reads.
func (c *SampleClock) When(pos int64) time.Time {
	now := time.Duration(float64(c.read) / float64(c.Source.Rate()) * float64(time.Second))
	return c.at.Add(audio.Samples(pos).Duration() - now)
}
