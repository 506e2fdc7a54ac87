package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"deputy/audio"
	"deputy/stt"
)

// A tape is a microphone that plays recordings without making anybody wait for
// what costs no time: it runs as fast as it is read while somebody speaks, and
// at its own pace from a short quiet on, for as long as something may be
// computed or decided in it. So whatever the transcriber computes takes its real
// share of the pause, and every delay counted from positions and clocks is what
// it would be live.
type tape struct {
	reels chan []float32
	empty chan struct{} // told once when a reel was read to its end and dealt with
	end   chan struct{}
	once  sync.Once

	computing atomic.Int32 // transcriptions under way

	// The rest belongs to the goroutine that reads, which also scores.
	queue   []float32
	playing bool
	at      int64 // samples read
	scored  int64 // samples scored
	spoke   int64 // where the last window of speech ended
	due     time.Time
}

const (
	// Quiet in which time runs: from before a draft can begin to after it has.
	clockFrom, clockTo = 100 * time.Millisecond, 500 * time.Millisecond
	// speechOff is the probability under which audio.Listen calls a window quiet.
	speechOff = 0.35
)

func newTape() *tape {
	return &tape{reels: make(chan []float32), empty: make(chan struct{}, 1), end: make(chan struct{})}
}

// play runs a recording, at audio.Rate, and returns the position of its first
// sample when all of it was read and every event in it was yielded.
func (t *tape) play(ctx context.Context, samples []float32) (from int64, err error) {
	select {
	case t.reels <- samples:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	select {
	case <-t.empty:
		return t.at - int64(len(samples)), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Rate is audio.Rate.
func (t *tape) Rate() int { return audio.Rate }

// Read gives a frame. Between recordings it blocks: time stands still.
func (t *tape) Read(buf []float32) (int, error) {
	if len(t.queue) == 0 {
		if t.playing {
			t.playing = false
			t.empty <- struct{}{}
		}
		select {
		case t.queue = <-t.reels:
			t.playing, t.due, t.spoke = true, time.Time{}, t.at-audio.Count(clockTo)-1
		case <-t.end:
			return 0, audio.ErrClosed
		}
	}
	n := copy(buf[:min(len(buf), audio.FrameSize)], t.queue)
	t.queue = t.queue[n:]
	t.at += int64(n)
	return n, t.keepTime(n)
}

// keepTime waits until the n samples would have been spoken, if time runs.
func (t *tape) keepTime(n int) error {
	quiet := t.scored - t.spoke
	if t.computing.Load() == 0 && (quiet < audio.Count(clockFrom) || quiet > audio.Count(clockTo)) {
		t.due = time.Time{}
		return nil
	}
	if t.due.IsZero() {
		t.due = time.Now()
	}
	t.due = t.due.Add(audio.Samples(n).Duration())
	wait := time.NewTimer(time.Until(t.due))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-t.end:
		return audio.ErrClosed
	}
}

// Close ends Read.
func (t *tape) Close() error {
	t.once.Do(func() { close(t.end) })
	return nil
}

// A tapeDetector tells the tape where there is speech.
type tapeDetector struct {
	audio.Detector
	tape *tape
}

// Score passes the detector's own score on.
func (d *tapeDetector) Score(frame []float32) float32 {
	p := d.Detector.Score(frame)
	d.tape.scored += int64(len(frame))
	if p >= speechOff {
		d.tape.spoke = d.tape.scored
	}
	return p
}

// A tapeTranscriber tells the tape when something is computed, and counts how
// often.
type tapeTranscriber struct {
	stt.Transcriber
	tape   *tape
	begun  atomic.Int32
	passed atomic.Int64 // time spent, of drafts that were dropped too, in nanoseconds
}

// Transcribe passes the utterance on.
func (s *tapeTranscriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	s.begun.Add(1)
	s.tape.computing.Add(1)
	began := time.Now()
	defer func() {
		s.passed.Add(int64(time.Since(began)))
		s.tape.computing.Add(-1)
	}()
	return s.Transcriber.Transcribe(ctx, u)
}
