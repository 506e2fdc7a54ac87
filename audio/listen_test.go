package audio_test

import (
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

const (
	sec = time.Second
	ms  = time.Millisecond
)

// listen collects what Listen yields; loud sound is speech.
func listen(t *testing.T, src audio.Source, o *audio.Options) ([]audio.Event, error) {
	t.Helper()
	var events []audio.Event
	for e, err := range audio.Listen(src, audiotest.Loud(0.1), o) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

func utterances(events []audio.Event) []audio.Utterance {
	var us []audio.Utterance
	for _, e := range events {
		if u, ok := e.(audio.Utterance); ok {
			us = append(us, u)
		}
	}
	return us
}

func scene() []float32 {
	return audiotest.Join(
		audiotest.Noise(1*sec, 0.001, 1), audiotest.Tone(1*sec, 440, 0.5),
		audiotest.Noise(2*sec, 0.001, 2), audiotest.Tone(500*ms, 880, 0.5),
		audiotest.Noise(250*ms, 0.001, 3), audiotest.Tone(500*ms, 880, 0.5),
		audiotest.Noise(2*sec, 0.001, 4),
	)
}

func TestListen(t *testing.T) {
	heard := scene()
	events, err := listen(t, audio.Slice(heard, audio.Rate), nil)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		switch e.(type) {
		case audio.Onset:
			kinds = append(kinds, "onset")
		case audio.Pause:
			kinds = append(kinds, "pause")
		case audio.Utterance:
			kinds = append(kinds, "utterance")
		}
	}
	want := "onset pause utterance onset pause pause utterance"
	if got := strings.Join(kinds, " "); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	for i, u := range utterances(events) {
		begin, end := int64([]int{1, 4}[i])*audio.Rate, int64([]float64{2, 5.25}[i]*audio.Rate)
		if u.ID != int64(i+1) {
			t.Errorf("utterance %d: got ID %d", i+1, u.ID)
		}
		if math.Abs(float64(u.SpeechStart-begin)) > 512 || math.Abs(float64(u.SpeechEnd-end)) > 512 {
			t.Errorf("utterance %d: got speech %d to %d, want about %d to %d", i+1, u.SpeechStart, u.SpeechEnd, begin, end)
		}
		if got := u.SpeechStart - u.Start; got != 4800 {
			t.Errorf("utterance %d: got %d samples before the speech, want 4800", i+1, got)
		}
		if !slices.Equal(u.Samples, heard[u.Start:u.End()]) {
			t.Errorf("utterance %d: its samples aren't those at %d to %d", i+1, u.Start, u.End())
		}
		if u.Voiced < 0.7 || u.Voiced > 1 {
			t.Errorf("utterance %d: got voiced %v, want 0.7 to 1", i+1, u.Voiced)
		}
		if u.SNR < 49 || u.SNR > 53 { // a sine of 0.5 is -9 dB, the noise -60 dB
			t.Errorf("utterance %d: got SNR %v dB, want about 51", i+1, u.SNR)
		}
		if u.Key {
			t.Errorf("utterance %d: got Key, want none", i+1)
		}
	}
	last := events[len(events)-2].(audio.Pause)
	u := events[len(events)-1].(audio.Utterance)
	if last.SpeechEnd != u.SpeechEnd || !slices.Equal(last.Samples, u.Samples) {
		t.Error("the pause before the utterance doesn't hold the same sound")
	}
	if &last.Samples[0] == &u.Samples[0] {
		t.Error("pause and utterance share memory")
	}
}

// How the samples arrive, and at what rate, changes nothing that matters.
func TestListenChunks(t *testing.T) {
	heard := scene()
	want, _ := listen(t, audio.Slice(heard, audio.Rate), nil)
	for _, most := range []int{1, 7, 100, 319, 512, 5000} {
		src := audiotest.NewScript(0, audiotest.Step{Samples: heard, Most: most})
		got, err := listen(t, src, nil)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d at a time: got %d events, %v, want %d", most, len(got), err, len(want))
		}
		for i, u := range utterances(got) {
			if w := utterances(want)[i]; u.Start != w.Start || !slices.Equal(u.Samples, w.Samples) {
				t.Errorf("%d at a time: utterance %d differs", most, i+1)
			}
		}
	}
	for _, rate := range []int{8000, 44100, 48000} {
		got, err := listen(t, audio.Resample(audio.Slice(heard, audio.Rate), rate), nil)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d Hz: got %d events, %v, want %d", rate, len(got), err, len(want))
		}
		for i, u := range utterances(got) {
			if w := utterances(want)[i]; math.Abs(float64(u.SpeechStart-w.SpeechStart)) > 512 {
				t.Errorf("%d Hz: utterance %d starts at %d, want about %d", rate, i+1, u.SpeechStart, w.SpeechStart)
			}
		}
	}
}

func TestListenLong(t *testing.T) {
	heard := audiotest.Tone(95*sec, 300, 0.5)
	events, err := listen(t, audio.Slice(heard, audio.Rate), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []float32
	for _, u := range utterances(events) {
		if u.Start != int64(len(got)) {
			t.Fatalf("utterance %d: got start %d, want %d: no gap and no overlap", u.ID, u.Start, len(got))
		}
		if u.Duration() > 30*sec+20*ms {
			t.Errorf("utterance %d: got %v, want 30 s at most", u.ID, u.Duration())
		}
		got = append(got, u.Samples...)
	}
	if !slices.Equal(got, heard) {
		t.Errorf("got %d samples in all, want the %d that were heard", len(got), len(heard))
	}
}

func TestListenErrors(t *testing.T) {
	lost := errors.New("unplugged")
	tests := []struct {
		name  string
		steps []audiotest.Step
		want  error
		us    int
	}{
		{name: "nothing at all"},
		{name: "ends in speech", steps: []audiotest.Step{{Samples: audiotest.Tone(sec, 440, 0.5)}}, us: 1},
		{name: "ends in a fraction of a frame", steps: []audiotest.Step{{Samples: audiotest.Tone(sec, 440, 0.5)[:9999]}}, us: 1},
		{name: "lost in speech", steps: []audiotest.Step{{Samples: audiotest.Tone(sec, 440, 0.5)}, {Err: lost}}, want: lost, us: 1},
		{name: "lost in quiet", steps: []audiotest.Step{{Samples: audiotest.Silence(sec)}, {Err: lost}}, want: lost},
		{name: "closed in speech", steps: []audiotest.Step{{Samples: audiotest.Tone(sec, 440, 0.5)}, {Err: audio.ErrClosed}}},
	}
	for _, tt := range tests {
		events, err := listen(t, audiotest.NewScript(0, tt.steps...), nil)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got error %v, want %v", tt.name, err, tt.want)
		}
		if got := len(utterances(events)); got != tt.us {
			t.Errorf("%s: got %d utterances, want %d", tt.name, got, tt.us)
		}
	}
}

func TestListenNotNumbers(t *testing.T) {
	heard := scene()
	for i := 0; i < len(heard); i += 50 {
		heard[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 7}[i/50%4]
	}
	var log strings.Builder
	o := &audio.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, rate := range []int{audio.Rate, 48000} {
		log.Reset()
		events, err := listen(t, audio.Slice(heard, rate), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range utterances(events) {
			for i, s := range u.Samples {
				if s != s || s < -1.5 || s > 1.5 {
					t.Fatalf("%d Hz: utterance %d, sample %d: got %v, want a number near [-1, 1]", rate, u.ID, i, s)
				}
			}
		}
		if !strings.Contains(log.String(), "not_numbers=1740") {
			t.Errorf("%d Hz: got log %q, want not_numbers=1740", rate, log.String())
		}
	}
}

func TestListenKey(t *testing.T) {
	var held, free atomic.Bool
	set := func(b *atomic.Bool, to bool) audiotest.Step { return audiotest.Step{Do: func() { b.Store(to) }} }
	sound := func(s []float32) audiotest.Step { return audiotest.Step{Samples: s} }
	speech, quiet := audiotest.Tone(sec, 440, 0.5), audiotest.Silence(2*sec)
	src := audiotest.NewScript(0,
		sound(speech), sound(quiet), // ignored: key only
		set(&held, true), sound(speech), sound(quiet), sound(speech), set(&held, false), sound(quiet),
		sound(speech), sound(quiet), // ignored
		set(&free, true), sound(speech), sound(quiet),
	)
	events, err := listen(t, src, &audio.Options{Held: held.Load, HandsFree: free.Load})
	if err != nil {
		t.Fatal(err)
	}
	us := utterances(events)
	if len(us) != 2 {
		t.Fatalf("got %d utterances, want one with the key and one without", len(us))
	}
	if !us[0].Key || us[0].Duration() < 4*sec || us[0].Duration() > 4300*ms {
		t.Errorf("under the key: got Key %v, %v, want true, 4.25 s", us[0].Key, us[0].Duration())
	}
	if us[0].Start < 3*audio.Rate {
		t.Errorf("under the key: got sound from %d on, want none from before the press at %d", us[0].Start, 3*audio.Rate)
	}
	if us[1].Key || us[1].Start < 12*audio.Rate {
		t.Errorf("hands-free: got Key %v, start %d, want false, at or after %d", us[1].Key, us[1].Start, 12*audio.Rate)
	}
}

func TestListenFinished(t *testing.T) {
	end := func(h audio.Hint) time.Duration {
		var asked int64
		silence := make([]float32, audio.Rate*2)
		read := 0
		src := audiotest.NewScript(0, audiotest.Step{Samples: audiotest.Tone(sec, 440, 0.5)},
			audiotest.Step{Samples: silence, Most: 160})
		counting := tapped{src, func(s []float32) { read += len(s) }}
		o := &audio.Options{Finished: func(id int64) audio.Hint { asked = id; return h }}
		for e := range audio.Listen(counting, audiotest.Loud(0.1), o) {
			if u, ok := e.(audio.Utterance); ok {
				if asked != u.ID {
					t.Errorf("hint %d: asked about %d, want %d", h, asked, u.ID)
				}
				return audio.Samples(int64(read) - u.SpeechEnd).Duration()
			}
		}
		return 0
	}
	for h, want := range map[audio.Hint]time.Duration{
		audio.HintNone: 600 * ms, audio.HintFinished: 400 * ms, audio.HintUnfinished: sec, audio.HintAnswered: 250 * ms,
	} {
		if got := end(h); got < want || got > want+25*ms {
			t.Errorf("hint %d: utterance ended after %v of quiet, want %v to %v", h, got, want, want+25*ms)
		}
	}
}

// tapped is a Source that also shows what is read from it.
type tapped struct {
	audio.Source
	show func([]float32)
}

func (t tapped) Read(buf []float32) (int, error) {
	n, err := t.Source.Read(buf)
	t.show(buf[:n])
	return n, err
}

// Leaving the loop leaves nothing running and reads no more.
func TestListenLeave(t *testing.T) {
	src := audiotest.NewScript(0, audiotest.Step{Samples: audiotest.Tone(sec, 440, 0.5)},
		audiotest.Step{Err: errors.New("read after the loop was left")})
	for e, err := range audio.Listen(src, audiotest.Loud(0.1), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := e.(audio.Onset); ok {
			break
		}
	}
	if src.Closed() {
		t.Error("Listen closed a source that isn't its own")
	}
}

func TestSources(t *testing.T) {
	sound := audiotest.Noise(sec, 0.1, 5)
	t.Run("slice", func(t *testing.T) {
		audiotest.TestSource(t, func() audio.Source { return audio.Slice(sound, audio.Rate) })
	})
	t.Run("resample", func(t *testing.T) {
		audiotest.TestSource(t, func() audio.Source { return audio.Resample(audio.Slice(sound, 44100), audio.Rate) })
	})
	t.Run("script", func(t *testing.T) {
		audiotest.TestSource(t, func() audio.Source {
			return audiotest.NewScript(0, audiotest.Step{Samples: audiotest.Silence(3 * sec)}, audiotest.Step{Wait: audiotest.Never})
		})
	})
}
