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
	stream *stream // open but not started between sounds
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
	lib.close(s.stream)
	return lib.leave()
}

const (
	// tail of silence after each sound: stopping a stream cuts its last 50 to
	// 180 ms, which the sound server still has.
	tail = 300 * time.Millisecond
	// poll is how often the device is asked for room.
	poll = 5 * time.Millisecond
)

// Play plays src to its end, or until ctx ends, when it falls silent within
// 20 ms and returns ctx's error. heard is how much of src left the speaker. It
// closes nothing; when ctx has ended src may still be in a Read, which the
// caller's Close ends.
func (s *Speaker) Play(ctx context.Context, src audio.Source) (heard time.Duration, err error) {
	if s.ended {
		return 0, errors.New("the speaker is closed")
	}
	lib.play(1)
	defer lib.play(-1)
	if err := s.begin(); err != nil {
		return 0, err
	}
	over := make(chan struct{})
	defer close(over)
	p := &playing{stream: s.stream, ctx: ctx.Done(), log: s.o.Logger}
	err = p.play(s.o.LeadIn, chunks(audio.Resample(src, s.stream.rate), over))
	heard = p.stop()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil && ctx.Err() == nil {
		s.o.Logger.Warn("sound broke off", "device", s.stream.name, "heard", heard, "error", err)
	}
	return heard, err
}

// begin starts the stream, opening the device again if it was lost.
func (s *Speaker) begin() error {
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
