package tts_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"deputy/tts"
	"deputy/tts/ttstest"
)

// chimes is a stage that notes chimes too.
func chimes(t *testing.T, engine tts.Synthesizer) *stage {
	var s *stage
	s = newStage(t, tts.Options{Engines: engines(engine), Chimed: func(began, ended time.Time) {
		s.note("chimed from %dms", began.Sub(s.start).Milliseconds())
	}})
	return s
}

func (s *stage) nod(t *testing.T) {
	t.Helper()
	if err := s.Chime(t.Context()); err != nil {
		t.Errorf("Chime: got %v, want nil", err)
	}
}

func TestChime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := chimes(t, &reader{})
		s.nod(t)
		time.Sleep(100 * time.Millisecond)
		if s.Speaking() {
			t.Error("Speaking while a chime sounds: got true, want false")
		}
		time.Sleep(time.Second)
		s.want(t, " 170ms chimed from 0ms")
		if err := s.Chime(context.Background()); !errors.Is(err, tts.ErrStopped) {
			t.Errorf("Chime after the end: got %v, want %v", err, tts.ErrStopped)
		}
	})
}

func TestChimeIsSoft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sound []float32
		s := newStage(t, tts.Options{Engines: engines(&reader{}), Player: ttstest.Recorder{Write: func(samples []float32, _ int) error {
			sound = append(sound, samples...)
			return nil
		}}})
		s.nod(t)
		time.Sleep(time.Second)
		s.close(t)
		if len(sound) == 0 {
			t.Error("got no sound")
		}
		for _, x := range sound {
			if max(x, -x) > 0.13 {
				t.Fatalf("got a sample of %v, want a soft sound", x)
			}
		}
	})
}

// A line begins exactly when it would without the chime, which is cut for it.
func TestChimeDelaysNoLine(t *testing.T) {
	for _, urgent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := chimes(t, &reader{wait: 100 * time.Millisecond})
			s.nod(t)
			time.Sleep(30 * time.Millisecond)
			s.say(t, "a", "One.", urgent)
			time.Sleep(5 * time.Second)
			s.want(t, " 130ms chimed from 0ms", " 130ms a: One.", "1130ms a said")
		})
	}
}

func TestNoChimeBesideALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := chimes(t, &reader{wait: 300 * time.Millisecond})
		s.say(t, "a", "One.", false)
		s.nod(t) // it waits
		synctest.Wait()
		s.nod(t) // the engine works
		time.Sleep(800 * time.Millisecond)
		s.nod(t) // it sounds
		time.Sleep(5 * time.Second)
		s.want(t, " 300ms a: One.", "1300ms a said")
	})
}

func TestHushSilencesTheChime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := chimes(t, &reader{})
		s.nod(t)
		time.Sleep(50 * time.Millisecond)
		if err := s.Hush(t.Context()); err != nil {
			t.Errorf("Hush: got %v, want nil", err)
		}
		time.Sleep(5 * time.Second)
		s.want(t, "  50ms chimed from 0ms")
	})
}
