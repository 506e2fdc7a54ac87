//go:build portaudio

package portaudio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	pa "github.com/gordonklaus/portaudio"

	"deputy/audio"
)

// A Speaker plays one sound at a time. It has the methods of tts.Player.
type Speaker struct {
	o      SpeakerOptions
	stream *stream // open; started for a sound and the rest after it
	rest   *rest   // after the last sound, if that ended well
	ended  bool
}

// OpenSpeaker opens the speaker, silently. The caller closes it. An error that is
// audio.ErrNoDevice says what there is instead.
func OpenSpeaker(o *SpeakerOptions) (*Speaker, error) {
	s := &Speaker{}
	if o != nil {
		s.o = *o
	}
	if s.o.Logger == nil {
		s.o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := lib.use(); err != nil {
		return nil, err
	}
	var err error
	if s.stream, err = lib.open(false, s.o.Device, 0); err != nil {
		lib.leave()
		return nil, err
	}
	s.o.Logger.Info("speaker open", "device", s.stream.name, "rate", s.stream.rate, "channels", s.stream.channels)
	return s, nil
}

// Close closes the device. Not during Play: end its ctx first.
func (s *Speaker) Close() error {
	if s.ended {
		return nil
	}
	s.ended = true
	if p := s.rest.end(); p != nil {
		p.stop()
	}
	lib.close(s.stream)
	return lib.leave()
}

const (
	// tail of silence after a sound: stopping a stream cuts its last 50 to 180 ms,
	// which the sound server still has.
	tail = 300 * time.Millisecond
	// poll is how often the device is asked for room.
	poll = 5 * time.Millisecond
)

// Play plays src until the last of it has left the speaker, or until ctx ends, when
// it falls silent within 20 ms and returns ctx's error. A sound server makes it
// audible some 50 ms later. heard is how much of src left the speaker. It closes
// nothing; when ctx has ended src may still be in a Read, which the caller's Close
// ends.
func (s *Speaker) Play(ctx context.Context, src audio.Source) (heard time.Duration, err error) {
	if s.ended {
		return 0, errors.New("the speaker is closed")
	}
	p, err := s.begin()
	if err != nil {
		return 0, err
	}
	over := make(chan struct{})
	defer close(over)
	p.ctx = ctx.Done()
	left, err := p.play(s.o.LeadIn, chunks(audio.Resample(src, p.stream.rate), over))
	if left {
		heard = p.heard()
		s.rest = newRest(p)
	} else {
		heard = p.stop()
		if ctx.Err() != nil {
			return heard, ctx.Err()
		}
	}
	if err != nil {
		s.o.Logger.Warn("sound broke off", "device", s.stream.name, "heard", heard, "error", err)
	}
	return heard, err
}

// begin is a playing on a started stream: the one of the sound before, if that
// still runs.
func (s *Speaker) begin() (*playing, error) {
	p := s.rest.end()
	s.rest = nil
	if p != nil {
		if _, err := p.room(); err == nil {
			p.sound = nil
			return p, nil
		}
		p.stop() // the device went in the rest
	}
	lib.play(1)
	if err := s.start(); err != nil {
		lib.play(-1)
		return nil, err
	}
	return &playing{stream: s.stream, log: s.o.Logger}, nil
}

// A rest is the silence after a sound. What is played meanwhile goes on in the same
// stream, which saves stopping and starting it between two sentences.
type rest struct {
	over, done chan struct{}
	runs       *playing // nil once its stream was stopped
}

// newRest keeps p's stream running for the tail, then stops it.
func newRest(p *playing) *rest {
	r := &rest{over: make(chan struct{}), done: make(chan struct{}), runs: p}
	p.ctx = r.over
	go func() {
		defer close(r.done)
		until := time.Now().Add(tail)
		if err := p.idle(func(int64) bool { return !time.Now().Before(until) }); errors.Is(err, errHushed) {
			return
		}
		p.stop()
		r.runs = nil
	}()
	return r
}

// end ends the rest: it gives the playing whose stream still runs, or nil.
func (r *rest) end() *playing {
	if r == nil {
		return nil
	}
	close(r.over)
	<-r.done
	return r.runs
}

// start starts the stream, opening the device again if it was lost.
func (s *Speaker) start() error {
	err := lib.call(s.stream, (*pa.Stream).Start)
	if err == nil {
		return nil
	}
	s.o.Logger.Warn("speaker lost", "device", s.stream.name, "error", err)
	lib.close(s.stream)
	again, oerr := lib.open(false, s.o.Device, 0)
	if oerr != nil {
		// Only a restart finds a device that went and came back. It interrupts
		// the microphone, which finds its way back too.
		lib.play(-1)
		rerr := lib.restart()
		lib.play(1)
		if rerr == nil {
			again, oerr = lib.open(false, s.o.Device, 0)
		}
	}
	if oerr != nil {
		return fmt.Errorf("the speaker is gone: %w", oerr)
	}
	s.stream = again
	if err := lib.call(s.stream, (*pa.Stream).Start); err != nil {
		return fmt.Errorf("start the speaker: %w", err)
	}
	s.o.Logger.Info("speaker back", "device", s.stream.name)
	return nil
}
