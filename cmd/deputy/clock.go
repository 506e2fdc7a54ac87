package main

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

// firstSound is what is logged when the first sound has come, with how long ago it
// was in the room; deputy bench looks for it.
const firstSound = "listening"

// A sampleClock is a source that knows when each of its samples was in the room.
type sampleClock struct {
	source audio.Source
	log    *slog.Logger // of the first sound; nil is silent
	read   int64        // samples so far
	at     time.Time    // when the last of them was read
}

func (c *sampleClock) Rate() int    { return c.source.Rate() }
func (c *sampleClock) Close() error { return c.source.Close() }

func (c *sampleClock) Read(buf []float32) (int, error) {
	n, err := c.source.Read(buf)
	if n > 0 {
		c.at = time.Now()
		if b, ok := c.source.(*backlog); ok {
			c.at = c.at.Add(-b.behind())
		}
		if c.read == 0 && c.log != nil {
			c.log.Info(firstSound, "ago", time.Since(c.at))
		}
		c.read += int64(n)
	}
	return n, err
}

// when is the wall time of a position that Listen named (in samples at
// audio.Rate). It is called from the goroutine that reads.
func (c *sampleClock) when(pos int64) time.Time {
	now := time.Duration(float64(c.read) / float64(c.source.Rate()) * float64(time.Second))
	return c.at.Add(audio.Samples(pos).Duration() - now)
}
