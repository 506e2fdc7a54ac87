package audio

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math"
)

// Listen turns what src hears into events until src ends: an Onset when speech
// begins, a Pause when it falls quiet, an Utterance when it is over, or Nothing if
// it was none. nil options are the defaults.
//
// Every Onset is followed by the Utterance or the Nothing with its ID before the
// next Onset comes, unless src was closed meanwhile. An Utterance or a Nothing
// without an Onset goes on where an Utterance that was Cut ended.
//
// It runs in the goroutine of the range loop, which must be back before src
// overflows (a device holds about a second): hand events on, don't work on them.
// At io.EOF the speech under way is yielded and the loop ends; after
// src.Close it ends without; any other error of src is yielded last, after the
// speech under way. Listen closes nothing. d is used by this goroutine only.
//
// The samples of an event belong to whoever gets it. No sample is in two
// Utterances, except that a Pause holds what its Utterance begins with.
func Listen(src Source, d Detector, o *Options) iter.Seq2[Event, error] {
	opts := o.withDefaults()
	return func(yield func(Event, error) bool) {
		in := &cleaner{src: src, log: opts.Logger}
		defer in.report()
		l := listener{
			opts: opts, src: Resample(in, Rate), detector: d,
			end: newEndpointer(opts),
		}
		err := l.run(yield)
		if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, errStopped) {
			yield(nil, fmt.Errorf("read sound: %w", err))
		}
	}
}

// errStopped says that the range loop was left.
var errStopped = errors.New("stopped")

// A listener keeps the recent samples that an endpointer may still ask for.
type listener struct {
	opts     Options
	src      Source
	detector Detector
	end      *endpointer
	buf      []float32 // samples from position base on
	base     int64
	scored   int64 // position up to which windows were scored
	windows  []window
}

func (l *listener) now() int64 { return l.base + int64(len(l.buf)) }

func (l *listener) run(yield func(Event, error) bool) error {
	for {
		err := l.fill()
		if errors.Is(err, ErrClosed) {
			return err
		}
		if !l.frame(err != nil, yield) {
			return errStopped
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// fill appends one frame, or what is left before an error.
func (l *listener) fill() error {
	n := len(l.buf)
	l.buf = append(l.buf, make([]float32, FrameSize)...)
	for want := l.buf[n:]; len(want) > 0; {
		got, err := l.src.Read(want)
		want = want[got:]
		if err != nil {
			l.buf = l.buf[:len(l.buf)-len(want)]
			return err
		}
	}
	return nil
}

// frame scores what is complete, asks the endpointer, and yields what it says.
// It returns false when the loop was left. last flushes.
func (l *listener) frame(last bool, yield func(Event, error) bool) bool {
	in := input{now: l.now(), held: l.opts.Held(), handsFree: l.opts.HandsFree()}
	if id := l.end.pending(); id != 0 {
		in.hint = l.opts.Finished(id)
	}
	if l.end.listening(in) {
		in.windows = l.score(last)
	} else {
		l.scored = in.now
	}
	marks := l.end.step(in)
	if last {
		marks = l.end.flush(in.now)
	}
	for _, m := range marks {
		if !yield(l.event(m), nil) {
			return false
		}
	}
	if drop := min(l.end.keep(in.now), l.scored) - l.base; drop > 0 {
		l.buf = l.buf[:copy(l.buf, l.buf[drop:])]
		l.base += drop
	}
	return true
}

// score runs the detector over the windows that are complete; the last one of
// all is filled up with silence.
func (l *listener) score(last bool) []window {
	l.windows = l.windows[:0]
	for {
		frame := l.buf[l.scored-l.base:]
		if len(frame) < ScoreSize {
			if !last || len(frame) == 0 {
				return l.windows
			}
			frame = append(make([]float32, 0, ScoreSize), frame...)[:ScoreSize]
		}
		frame = frame[:ScoreSize]
		var sum float64
		for _, s := range frame {
			sum += float64(s) * float64(s)
		}
		l.scored = min(l.scored+ScoreSize, l.now())
		l.windows = append(l.windows, window{
			end: l.scored, p: l.detector.Score(frame), power: sum / ScoreSize,
		})
	}
}

func (l *listener) event(m mark) Event {
	switch m.kind {
	case markOnset:
		return Onset{ID: m.id, At: m.at}
	case markNothing:
		return Nothing{m.id}
	}
	u := Utterance{
		ID: m.id, Start: m.start, SpeechStart: m.speechStart, SpeechEnd: m.speechEnd,
		Samples: append([]float32(nil), l.buf[m.start-l.base:m.end-l.base]...),
		Voiced:  m.voiced, SNR: m.snr, Key: m.key, Cut: m.cut,
	}
	if m.kind == markPause {
		return Pause{u}
	}
	return u
}

// A cleaner keeps what no device should send, and some do, away from filters
// and models: samples that are not numbers become 0, others are held to [-1, 1].
type cleaner struct {
	src                    Source
	log                    *slog.Logger
	total, broken, clipped int64
	sum                    float64
}

func (c *cleaner) Rate() int    { return c.src.Rate() }
func (c *cleaner) Close() error { return c.src.Close() }

func (c *cleaner) Read(buf []float32) (int, error) {
	n, err := c.src.Read(buf)
	for i, s := range buf[:n] {
		switch {
		case s != s || math.IsInf(float64(s), 0):
			buf[i] = 0
			c.broken++
			continue
		case s >= 1 || s <= -1:
			buf[i] = max(-1, min(1, s))
			c.clipped++
		}
		c.sum += float64(buf[i])
	}
	before := c.total
	c.total += int64(n)
	if span := int64(60 * c.src.Rate()); span > 0 && before/span != c.total/span {
		c.report()
	}
	return n, err
}

// report logs, once a minute and at the end, what is wrong with the sound.
func (c *cleaner) report() {
	if c.total == 0 {
		return
	}
	if offset := c.sum / float64(c.total); c.broken > 0 || c.clipped > 0 || math.Abs(offset) > 0.01 {
		c.log.Debug("sound is not clean", "samples", c.total, "not_numbers", c.broken,
			"clipped", c.clipped, "offset", float32(offset))
	}
}
