//go:build portaudio

package portaudio

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/audio/audiotest/pulse"
)

func openSpeaker(t *testing.T, o SpeakerOptions) *Speaker {
	t.Helper()
	o.Logger = testLog(t)
	s, err := OpenSpeaker(&o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// hear records what the speaker plays while f runs, and a little after.
func hear(t *testing.T, f func()) []float32 {
	t.Helper()
	src, err := server.Hear(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stop := listen(src)
	f()
	<-time.After(200 * time.Millisecond) // what the server still holds
	heard, err := stop()
	if err != nil {
		t.Fatal(err)
	}
	return heard
}

// sounding counts the 5 ms windows with a tone of hz, as a duration.
func sounding(heard []float32, hz float64) time.Duration {
	n := 0
	for i := 0; i+80 <= len(heard); i += 80 {
		if audiotest.Power(heard[i:i+80], audio.Rate, hz) > 0.02 {
			n++
		}
	}
	return time.Duration(n) * 5 * time.Millisecond
}

// lasting is the time from the first window with a tone of hz to the last.
func lasting(heard []float32, hz float64) time.Duration {
	first, last := -1, -1
	for i := 0; i+80 <= len(heard); i += 80 {
		if audiotest.Power(heard[i:i+80], audio.Rate, hz) > 0.02 {
			if last = i + 80; first < 0 {
				first = i
			}
		}
	}
	return time.Duration(last-first) * time.Second / audio.Rate
}

func within(got, want, off time.Duration) bool { return (got - want).Abs() <= off }

func TestSpeakerPlays(t *testing.T) {
	for _, rate := range []int{16000, 22050, 48000} {
		for _, length := range []time.Duration{50 * time.Millisecond, time.Second} {
			speaker := openSpeaker(t, SpeakerOptions{})
			var took, said time.Duration
			heard := hear(t, func() {
				begin := time.Now()
				var err error
				said, err = speaker.Play(t.Context(), audio.Slice(audiotest.ToneAt(rate, length, 1000, 0.5), rate))
				if err != nil {
					t.Errorf("%d Hz: %v", rate, err)
				}
				took = time.Since(begin)
			})
			if !within(said, length, 2*time.Millisecond) {
				t.Errorf("%d Hz: Play says %v were heard, want %v", rate, said, length)
			}
			if got := sounding(heard, 1000); !within(got, length, 25*time.Millisecond) {
				t.Errorf("%d Hz: heard %v of the tone, want %v", rate, got, length)
			}
			if took < length || took > length+10*time.Second {
				t.Errorf("%d Hz: Play took %v for %v", rate, took, length)
			}
			speaker.Close()
		}
	}
}

// One speaker plays many sounds.
func TestSpeakerAgain(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{LeadIn: 100 * time.Millisecond})
	heard := hear(t, func() {
		for range 4 {
			if _, err := speaker.Play(t.Context(), audio.Slice(audiotest.Tone(200*time.Millisecond, 1000, 0.5), audio.Rate)); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got := sounding(heard, 1000); !within(got, 800*time.Millisecond, 60*time.Millisecond) {
		t.Errorf("heard %v of the tone, want 4 times 200 ms", got)
	}
	t.Logf("from the first to the last of it: %v", lasting(heard, 1000))
	if got, err := speaker.Play(t.Context(), audio.Slice(nil, audio.Rate)); got != 0 || err != nil {
		t.Errorf("nothing to play: got %v, %v, want 0, nil", got, err)
	}
}

// A hush cuts the sound at once, whatever was written ahead.
func TestSpeakerHush(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{})
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		var hushed time.Time
		time.AfterFunc(700*time.Millisecond, func() { hushed = time.Now(); cancel() })
		var said, late time.Duration
		var err error
		begin := time.Now()
		heard := hear(t, func() {
			begin = time.Now()
			said, err = speaker.Play(ctx, audio.Slice(audiotest.Tone(10*time.Second, 1000, 0.5), audio.Rate))
			late = time.Since(hushed)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		if late > 40*time.Millisecond {
			t.Errorf("Play returned %v after the hush, want within 20 ms", late)
		}
		played := hushed.Sub(begin)
		if got := sounding(heard, 1000); got > played+70*time.Millisecond || got < played-150*time.Millisecond {
			t.Errorf("hushed after %v: the tone sounded for %v, Play says %v", played, got, said)
		}
		if got := sounding(heard, 1000); !within(got, said, 120*time.Millisecond) {
			t.Errorf("Play says %v were heard, it was %v", said, got)
		}
		t.Logf("hushed after %v, returned %v later, sounded %v, said %v", played, late, sounding(heard, 1000), said)
	}
}

// After a hush nothing more is handed to the device, whatever is ready.
func TestSpeakerHushedBefore(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{})
	over := make(chan struct{})
	close(over)
	for range 20 {
		p, err := speaker.begin()
		if err != nil {
			t.Fatal(err)
		}
		in := make(chan chunk, 4)
		for range cap(in) {
			in <- chunk{samples: make([]float32, speaker.stream.rate/50)}
		}
		p.ctx = over
		if _, err := p.play(0, in); !errors.Is(err, errHushed) || p.written != 0 {
			t.Errorf("got %v after %d frames, want %v and none", err, p.written, errHushed)
		}
		p.stop()
	}
}

// A source that stalls leaves a gap, not an error; one that hangs can be hushed;
// one that fails is heard until then.
func TestSpeakerSlowSource(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{})
	tone := audiotest.Step{Samples: audiotest.Tone(300*time.Millisecond, 1000, 0.5)}
	gate := make(chan struct{})
	time.AfterFunc(time.Second, func() { close(gate) })
	var said time.Duration
	var err error
	heard := hear(t, func() {
		said, err = speaker.Play(t.Context(), audiotest.NewScript(0, tone, audiotest.Step{Wait: gate}, tone))
	})
	if err != nil || !within(said, 600*time.Millisecond, 2*time.Millisecond) {
		t.Errorf("stalling source: got %v, %v, want 600 ms", said, err)
	}
	if got := sounding(heard, 1000); !within(got, 600*time.Millisecond, 50*time.Millisecond) {
		t.Errorf("stalling source: heard %v, want 600 ms", got)
	}

	hung := audiotest.NewScript(0, tone, audiotest.Step{Wait: audiotest.Never})
	defer hung.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
	defer cancel()
	begin := time.Now()
	said, err = speaker.Play(ctx, hung)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 10*time.Second {
		t.Errorf("hanging source: got %v after %v, want the deadline after 0.8 s", err, time.Since(begin))
	}
	if !within(said, 300*time.Millisecond, 5*time.Millisecond) {
		t.Errorf("hanging source: got %v heard, want 300 ms", said)
	}

	gone := errors.New("synthesizer gone")
	said, err = speaker.Play(t.Context(), audiotest.NewScript(0, tone, audiotest.Step{Err: gone}))
	if !errors.Is(err, gone) || !within(said, 300*time.Millisecond, 5*time.Millisecond) {
		t.Errorf("failing source: got %v, %v, want 300 ms and its error", said, err)
	}
}

// While it speaks, the microphone hears; both share one library.
func TestSpeakerAndMic(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{})
	mic := openMic(t, MicOptions{})
	stop := listen(mic)
	done := make(chan error, 1)
	go func() {
		_, err := speaker.Play(t.Context(), audio.Slice(audiotest.Tone(2*time.Second, 1000, 0.5), audio.Rate))
		done <- err
	}()
	if err := server.Speak(t.Context(), audiotest.Join(audiotest.Tone(time.Second, 440, 0.5), audiotest.Silence(300*time.Millisecond))); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	heard, err := stop()
	if err != nil {
		t.Fatal(err)
	}
	if got := sounding(heard, 440); !within(got, time.Second, 80*time.Millisecond) {
		t.Errorf("the microphone heard %v of the tone, want 1 s", got)
	}
	if got := sounding(heard, 1000); got > 50*time.Millisecond {
		t.Errorf("the microphone heard %v of the speaker, want none", got)
	}
}

// The speaker goes in the middle of a sound and is back for the next one.
func TestSpeakerServerDies(t *testing.T) {
	speaker := openSpeaker(t, SpeakerOptions{})
	time.AfterFunc(500*time.Millisecond, server.Stop)
	begin := time.Now()
	said, err := speaker.Play(t.Context(), audio.Slice(audiotest.Tone(5*time.Second, 1000, 0.5), audio.Rate))
	if err == nil || time.Since(begin) > 20*time.Second {
		t.Errorf("got %v after %v, want an error soon", err, time.Since(begin))
	}
	t.Logf("heard %v: %v", said, err)
	if _, err := speaker.Play(t.Context(), audio.Slice(audiotest.Tone(time.Second, 1000, 0.5), audio.Rate)); err == nil {
		t.Error("no server: got no error, want one")
	} else {
		t.Log(err)
	}
	s, err := pulse.Start(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	server = s
	heard := hear(t, func() {
		if said, err := speaker.Play(t.Context(), audio.Slice(audiotest.Tone(time.Second, 1000, 0.5), audio.Rate)); err != nil || math.Abs(said.Seconds()-1) > 0.01 {
			t.Errorf("server back: got %v, %v, want 1 s", said, err)
		}
	})
	if got := sounding(heard, 1000); !within(got, time.Second, 50*time.Millisecond) {
		t.Errorf("server back: heard %v, want 1 s", got)
	}
}
