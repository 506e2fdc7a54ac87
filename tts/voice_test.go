package tts_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"deputy/audio"
	"deputy/tts"
	"deputy/tts/ttstest"
)

const rate = 16000

// reader is a Synthesizer that takes wait to its first sample and then reads a
// second of sound for each word, at once or at speed times real time.
type reader struct {
	wait    time.Duration
	speed   int
	err     error         // at Synthesize
	breaks  time.Duration // then the sound breaks off with an error
	mute    bool
	mu      sync.Mutex
	started []string
}

func (r *reader) Synthesize(ctx context.Context, text, language string) (audio.Source, error) {
	r.mu.Lock()
	r.started = append(r.started, text)
	r.mu.Unlock()
	select {
	case <-time.After(r.wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.err != nil {
		return nil, r.err
	}
	s := &sound{left: rate * len(strings.Fields(text)), speed: r.speed, closed: make(chan struct{}), end: io.EOF}
	if r.mute {
		s.left = 0
	}
	if r.breaks > 0 {
		s.left, s.end = int(r.breaks.Seconds()*rate), errors.New("the engine died")
	}
	return s, nil
}

func (r *reader) said() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.started)
}

type sound struct {
	left, speed int
	end         error
	once        sync.Once
	closed      chan struct{}
}

func (s *sound) Rate() int { return rate }

func (s *sound) Read(buf []float32) (int, error) {
	if s.left == 0 {
		return 0, s.end
	}
	n := min(len(buf), s.left)
	if s.speed > 0 {
		select {
		case <-time.After(time.Duration(n) * time.Second / time.Duration(rate*s.speed)):
		case <-s.closed:
			return 0, audio.ErrClosed
		}
	}
	for i := range n {
		buf[i] = 0.5
	}
	s.left -= n
	return n, nil
}

func (s *sound) Close() error { s.once.Do(func() { close(s.closed) }); return nil }

// stage runs a Voice in a bubble and keeps what was told.
type stage struct {
	*tts.Voice
	start time.Time
	end   context.CancelFunc
	mu    sync.Mutex
	log   []string
	spoke []tts.Spoken
	then  func(tts.Spoken)
	ended chan error
}

func newStage(t *testing.T, o tts.Options) *stage {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &stage{start: time.Now(), end: cancel, ended: make(chan error, 1)}
	if o.Player == nil {
		o.Player = tts.Silent{}
	}
	o.Began = func(line, text string, at time.Time) { s.note("%s: %s", line, text) }
	s.Voice = tts.NewVoice(o)
	go func() { s.ended <- s.Run(ctx, s.told) }()
	t.Cleanup(cancel)
	return s
}

func (s *stage) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf("%4dms ", time.Since(s.start).Milliseconds())+fmt.Sprintf(format, args...))
}

func (s *stage) told(d tts.Spoken) {
	word := "dropped"
	switch {
	case d.Err != nil:
		word = "failed"
	case d.Whole:
		word = "said"
	case !d.Began.IsZero():
		word = "hushed"
	}
	s.note("%s %s", d.Line, word)
	s.mu.Lock()
	s.spoke = append(s.spoke, d)
	then := s.then
	s.mu.Unlock()
	if then != nil {
		then(d)
	}
}

func (s *stage) say(t *testing.T, id, text string, urgent bool) {
	t.Helper()
	if err := s.Say(t.Context(), tts.Line{ID: id, Text: text, Urgent: urgent}); err != nil {
		t.Errorf("Say(%s): got %v, want nil", id, err)
	}
}

// close ends Run and returns what happened.
func (s *stage) close(t *testing.T) []string {
	t.Helper()
	s.end()
	if err := <-s.ended; err != nil {
		t.Errorf("Run: got %v, want nil", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log
}

func (s *stage) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.close(t)); diff != "" {
		t.Errorf("what happened (-want +got):\n%s", diff)
	}
}

func engines(s ...tts.Synthesizer) []tts.Engine {
	var out []tts.Engine
	for i, e := range s {
		out = append(out, tts.Engine{Name: fmt.Sprint("engine ", i), Synthesizer: e})
	}
	return out
}

func TestVoiceSpeaksInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{wait: 100 * time.Millisecond}
		s := newStage(t, tts.Options{Engines: engines(r)})
		s.say(t, "a", "One. Two three.", false)
		s.say(t, "b", "Four.", false)
		time.Sleep(10 * time.Second)
		// Only the first sentence waits for the engine: the others were
		// synthesised while the one before was playing.
		s.want(t, " 100ms a: One.", "1100ms a: Two three.", "3100ms a said", "3100ms b: Four.", "4100ms b said")
	})
}

func TestVoiceUrgentGoesAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{})})
		s.say(t, "report", "One.", false)
		synctest.Wait()
		s.say(t, "report 2", "Two.", false)
		s.say(t, "ask", "Three?", true)
		s.say(t, "ask 2", "Four?", true)
		time.Sleep(10 * time.Second)
		s.want(t, "   0ms report: One.", "1000ms report said", "1000ms ask: Three?", "2000ms ask said",
			"2000ms ask 2: Four?", "3000ms ask 2 said", "3000ms report 2: Two.", "4000ms report 2 said")
	})
}

func TestVoiceHush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{})})
		s.say(t, "c", "Five.", true)
		s.say(t, "a", "One two three.", false)
		s.say(t, "b", "Four.", false)
		time.Sleep(1510 * time.Millisecond)
		before := time.Now()
		if err := s.Hush(t.Context()); err != nil {
			t.Errorf("Hush: got %v, want nil", err)
		}
		if took := time.Since(before); took > 20*time.Millisecond {
			t.Errorf("Hush took %v, want one frame of 20ms at most", took)
		}
		if s.Speaking() {
			t.Error("Speaking after Hush: got true, want false")
		}
		s.say(t, "d", "Six.", false)
		time.Sleep(5 * time.Second)
		s.want(t, "   0ms c: Five.", "1000ms c said", "1000ms a: One two three.", "1510ms a hushed", "1510ms b dropped",
			"1510ms d: Six.", "2510ms d said")
	})
}

// TestNothingLeavesAfterAHush: when Hush returns the last sample is out, and at
// most a frame of 20 ms has left since it was called.
func TestNothingLeavesAfterAHush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left atomic.Int64
		s := newStage(t, tts.Options{Engines: engines(&reader{}), Player: ttstest.Recorder{Write: func(samples []float32, _ int) error {
			left.Add(int64(len(samples)))
			return nil
		}}})
		for range 10 {
			s.say(t, "a", "One two three.", false)
			s.say(t, "b", "Four.", true)
			time.Sleep(507 * time.Millisecond)
			before := left.Load()
			if err := s.Hush(t.Context()); err != nil {
				t.Errorf("Hush: got %v, want nil", err)
			}
			at := left.Load()
			if at-before > rate/50 || before == 0 {
				t.Errorf("got %d samples that left during Hush, of %d; want %d at most", at-before, at, rate/50)
			}
			time.Sleep(5 * time.Second)
			if late := left.Load() - at; late != 0 {
				t.Errorf("got %d samples after Hush, want none", late)
			}
		}
		s.close(t)
	})
}

func TestVoiceHushWhileTheEngineWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{wait: time.Second})})
		s.say(t, "a", "One.", false)
		time.Sleep(500 * time.Millisecond)
		if err := s.Hush(t.Context()); err != nil {
			t.Errorf("Hush: got %v, want nil", err)
		}
		time.Sleep(5 * time.Second)
		s.want(t, " 500ms a dropped")
	})
}

func TestVoiceToldMaySayAndHush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{})})
		s.then = func(d tts.Spoken) {
			if d.Line == "a" {
				s.Hush(t.Context())
				s.say(t, "c", "Three.", false)
			}
		}
		s.say(t, "a", "One.", false)
		s.say(t, "b", "Two.", false)
		time.Sleep(5 * time.Second)
		s.want(t, "   0ms a: One.", "1000ms a said", "1000ms b dropped", "1000ms c: Three.", "2000ms c said")
	})
}

func TestVoiceFallsBack(t *testing.T) {
	tests := []struct {
		name   string
		engine *reader
		want   []string
	}{
		{"refuses", &reader{err: errors.New("no")}, []string{"   0ms a: One two.", "2000ms a said"}},
		{"makes no sound", &reader{mute: true}, []string{"   0ms a: One two.", "2000ms a said"}},
		{"hangs", &reader{wait: time.Hour}, []string{"8000ms a: One two.", "10000ms a said"}},
		{"breaks off", &reader{breaks: 500 * time.Millisecond}, []string{"   0ms a: One two.", " 500ms a: One two.", "2500ms a said"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, tts.Options{Engines: engines(test.engine, &reader{})})
				s.say(t, "a", "One two.", false)
				time.Sleep(20 * time.Second)
				s.want(t, test.want...)
			})
		})
	}
}

func TestVoiceWithoutAnEngine(t *testing.T) {
	tests := []struct {
		name    string
		engines []tts.Engine
		want    string
	}{
		{"none", nil, "install espeak-ng"},
		{"other language", []tts.Engine{{Name: "p", Languages: []string{"ko"}, Synthesizer: &reader{}}}, `no voice speaks "en"`},
		{"all fail", engines(&reader{err: errors.New("broken")}, &reader{mute: true}), "broken"},
		{"breaks off, no other", engines(&reader{breaks: time.Second}), "the engine died"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, tts.Options{Engines: test.engines})
				s.say(t, "a", "One two three.", false)
				time.Sleep(20 * time.Second)
				s.close(t)
				if len(s.spoke) != 1 || s.spoke[0].Whole || s.spoke[0].Err == nil || !strings.Contains(s.spoke[0].Err.Error(), test.want) {
					t.Errorf("got %+v, want one line with an error that holds %q", s.spoke, test.want)
				}
			})
		})
	}
}

func TestVoiceChoosesTheLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		en, ko := &reader{}, &reader{}
		s := newStage(t, tts.Options{Engines: []tts.Engine{{Languages: []string{"en"}, Synthesizer: en}, {Synthesizer: ko}}})
		s.say(t, "a", "I wrote it. 저장했어요. ```x", false)
		time.Sleep(20 * time.Second)
		s.close(t)
		if diff := cmp.Diff([]string{"I wrote it."}, en.said()); diff != "" {
			t.Errorf("English engine (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"저장했어요."}, ko.said()[:1]); diff != "" {
			t.Errorf("Korean engine (-want +got):\n%s", diff)
		}
	})
}

func TestVoiceSaysNothingWholeThatItDidNotSay(t *testing.T) {
	for name, text := range map[string]string{"nothing": "🎉 ...", "too long": strings.Repeat("A word. ", 400)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, tts.Options{Engines: engines(&reader{})})
				s.say(t, "a", text, true)
				time.Sleep(time.Hour)
				s.close(t)
				if len(s.spoke) != 1 || s.spoke[0].Whole {
					t.Errorf("got %+v, want one line, not whole", s.spoke)
				}
			})
		})
	}
}

// broken is a Player that fails or never comes back.
type broken struct {
	err  error
	hang chan struct{}
}

func (b *broken) Play(ctx context.Context, src audio.Source) (time.Duration, error) {
	src.Read(make([]float32, 320))
	if b.hang != nil {
		<-b.hang
	}
	return 0, b.err
}

func (b *broken) Close() error { return nil }

func TestVoicePlayerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("device unplugged")
		s := newStage(t, tts.Options{Engines: engines(&reader{}), Player: &broken{err: gone}})
		s.say(t, "a", "One. Two.", false)
		s.say(t, "b", "Three.", false)
		time.Sleep(time.Minute)
		s.close(t)
		if len(s.spoke) != 2 || !errors.Is(s.spoke[0].Err, gone) || !errors.Is(s.spoke[1].Err, gone) {
			t.Errorf("got %+v, want two lines that failed with %v", s.spoke, gone)
		}
	})
}

func TestVoicePlayerReturnsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{}), Player: &broken{}})
		s.say(t, "a", "One.", false)
		time.Sleep(time.Minute)
		s.close(t)
		if len(s.spoke) != 1 || s.spoke[0].Whole || s.spoke[0].Err == nil {
			t.Errorf("got %+v, want a line that wasn't whole", s.spoke)
		}
	})
}

func TestVoicePlayerHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broken{hang: make(chan struct{})}
		s := newStage(t, tts.Options{Engines: engines(&reader{}), Player: b})
		s.say(t, "a", "One.", false)
		s.say(t, "b", "Two.", false)
		time.Sleep(time.Minute) // both have failed while the Play still hangs
		close(b.hang)
		took := time.Now()
		s.close(t)
		if len(s.spoke) != 2 || s.spoke[0].Err == nil || s.spoke[1].Err == nil || s.spoke[1].Ended.After(took.Add(-40*time.Second)) {
			t.Errorf("got %+v, want two lines that failed while the player hung", s.spoke)
		}
	})
}

func TestVoiceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, tts.Options{Engines: engines(&reader{speed: 2})})
		s.say(t, "a", "One two three.", false)
		s.say(t, "b", "Four.", false)
		time.Sleep(1500 * time.Millisecond)
		s.want(t, " 128ms a: One two three.", "1500ms a hushed", "1500ms b dropped")
		if err := s.Say(context.Background(), tts.Line{ID: "c"}); !errors.Is(err, tts.ErrStopped) {
			t.Errorf("Say after the end: got %v, want %v", err, tts.ErrStopped)
		}
	})
}

func TestRecorderKeepsTimeAndSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		total := 0
		r := ttstest.Recorder{Write: func(s []float32, hz int) error { total += len(s); return nil }}
		began := time.Now()
		heard, err := r.Play(t.Context(), &sound{left: rate, end: io.EOF})
		if err != nil || heard != time.Second || time.Since(began) != time.Second || total != rate {
			t.Errorf("got %v heard in %v, %d samples, %v; want a second of everything", heard, time.Since(began), total, err)
		}
		full := errors.New("disk full")
		r.Write = func([]float32, int) error { return full }
		if _, err := r.Play(t.Context(), &sound{left: rate, end: io.EOF}); !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
	})
}
