package stttest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/audio"
	"deputy/stt"
)

// A Suite is what every Transcriber must keep to.
type Suite struct {
	// Open returns a new transcriber, which the suite closes.
	Open func(t testing.TB) stt.Transcriber
	// Speech is a few seconds of somebody saying Words, for transcribers that
	// listen; nil leaves those tests to noise.
	Speech []float32
	// Words is part of what Speech must be written down as, folded to lower case;
	// "" leaves the text unchecked.
	Words string
	// Prompt is how soon a cancelled call must return; 2 s when zero.
	Prompt time.Duration
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	if s.Prompt == 0 {
		s.Prompt = 2 * time.Second
	}
	if s.Speech == nil {
		s.Speech = hiss(3*audio.Rate, 0.1)
	}
	for _, tt := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"says what was said", s.said},
		{"nothing in no samples", s.none},
		{"nothing in silence", s.silence},
		{"any samples", s.odd},
		{"samples are only read", s.reads},
		{"concurrent calls", s.concurrent},
		{"cancelled before", s.cancelledBefore},
		{"cancelled during", s.cancelledDuring},
		{"usable after a cancelled call", s.afterCancel},
		{"deadline", s.deadline},
		{"close twice", s.closeTwice},
		{"close during a call", s.closeDuring},
		{"call after close", s.callAfterClose},
	} {
		t.Run(tt.name, tt.run)
	}
}

func (s Suite) open(t *testing.T) stt.Transcriber {
	t.Helper()
	tr := s.Open(t)
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
	})
	return tr
}

// utter wraps samples as utterance id.
func utter(id int64, samples []float32) audio.Utterance {
	return audio.Utterance{ID: id, Samples: samples, SpeechEnd: int64(len(samples))}
}

func (s Suite) said(t *testing.T) {
	tr := s.open(t)
	got, err := tr.Transcribe(t.Context(), utter(7, s.Speech))
	if err != nil {
		t.Fatalf("got error %v, want a transcript", err)
	}
	check(t, got, 7, utter(7, s.Speech).Duration())
	if s.Words != "" && !contains(got.Text, s.Words) {
		t.Errorf("got text %q, want %q in it", got.Text, s.Words)
	}
}

func (s Suite) none(t *testing.T) {
	tr := s.open(t)
	for _, samples := range [][]float32{nil, {}, make([]float32, 1), hiss(160, 0.5), s.Speech[:800]} {
		got, err := tr.Transcribe(t.Context(), utter(3, samples))
		if err != nil || got.Text != "" || got.Utterance != 3 {
			t.Errorf("%d samples: got utterance %d, text %q, error %v; want 3, none, none", len(samples), got.Utterance, got.Text, err)
		}
	}
}

func (s Suite) silence(t *testing.T) {
	tr := s.open(t)
	for _, samples := range [][]float32{make([]float32, audio.Rate), hiss(audio.Rate, 1e-4)} {
		got, err := tr.Transcribe(t.Context(), utter(4, samples))
		if err != nil {
			t.Fatalf("got error %v, want a transcript", err)
		}
		if s.Words == "" {
			continue // a scripted one hears what its script says
		}
		if reason, noise := stt.Noise(got); !noise {
			t.Errorf("got %+v (%q) from silence, want noise", got, reason)
		}
	}
}

func (s Suite) odd(t *testing.T) {
	tr := s.open(t)
	nan, inf, loud := hiss(8000, 0.1), hiss(8000, 0.1), hiss(8000, 40)
	nan[100] = float32(math.NaN())
	inf[100] = float32(math.Inf(-1))
	for name, samples := range map[string][]float32{"NaN": nan, "infinite": inf, "far too loud": loud} {
		got, err := tr.Transcribe(t.Context(), utter(5, samples))
		if err == nil {
			check(t, got, 5, utter(5, samples).Duration())
		}
		t.Logf("%s: text %q, error %v", name, got.Text, err)
	}
}

func (s Suite) reads(t *testing.T) {
	tr := s.open(t)
	mine := slices.Clone(s.Speech)
	if _, err := tr.Transcribe(t.Context(), utter(6, mine)); err != nil {
		t.Fatalf("got error %v", err)
	}
	if !slices.Equal(mine, s.Speech) {
		t.Error("the samples were changed")
	}
}

func (s Suite) concurrent(t *testing.T) {
	tr := s.open(t)
	var wg sync.WaitGroup
	for id := range int64(4) {
		wg.Go(func() {
			got, err := tr.Transcribe(t.Context(), utter(id, s.Speech))
			if err != nil || got.Utterance != id {
				t.Errorf("got utterance %d, error %v; want %d", got.Utterance, err, id)
			}
			if s.Words != "" && !contains(got.Text, s.Words) {
				t.Errorf("got text %q, want %q in it", got.Text, s.Words)
			}
		})
	}
	wg.Wait()
}

func (s Suite) cancelledBefore(t *testing.T) {
	tr := s.open(t)
	why := errors.New("the user spoke again")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := tr.Transcribe(ctx, utter(1, s.Speech)); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

func (s Suite) cancelledDuring(t *testing.T) {
	tr := s.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	long := slices.Concat(s.Speech, s.Speech, s.Speech, s.Speech, s.Speech)
	done := make(chan error, 1)
	go func() {
		_, err := tr.Transcribe(ctx, utter(1, long))
		done <- err
	}()
	// Long enough for most engines to have begun; any moment must do.
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case err := <-done:
		t.Logf("was over before it could be cancelled: %v", err)
		cancel()
		return
	}
	at := time.Now()
	cancel()
	err := <-done
	if took := time.Since(at); took > s.Prompt {
		t.Errorf("returned %v after cancel, want at most %v", took, s.Prompt)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

func (s Suite) afterCancel(t *testing.T) {
	tr := s.open(t)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		tr.Transcribe(ctx, utter(1, s.Speech)) //nolint:errcheck // either end is right
		cancel()
	}
	got, err := tr.Transcribe(t.Context(), utter(2, s.Speech))
	if err != nil || got.Utterance != 2 {
		t.Fatalf("got utterance %d, error %v; want 2", got.Utterance, err)
	}
	if s.Words != "" && !contains(got.Text, s.Words) {
		t.Errorf("got text %q, want %q in it", got.Text, s.Words)
	}
}

func (s Suite) deadline(t *testing.T) {
	tr := s.open(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := tr.Transcribe(ctx, utter(1, s.Speech)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want context.DeadlineExceeded", err)
	}
}

func (s Suite) closeTwice(t *testing.T) {
	tr := s.Open(t)
	for range 3 {
		if err := tr.Close(); err != nil {
			t.Errorf("got %v, want nil", err)
		}
	}
}

func (s Suite) closeDuring(t *testing.T) {
	tr := s.open(t)
	done := make(chan error, 1)
	go func() {
		got, err := tr.Transcribe(t.Context(), utter(1, s.Speech))
		if err == nil && got.Utterance != 1 {
			err = errors.New("another utterance's transcript")
		}
		done <- err
	}()
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	<-timer.C
	if err := tr.Close(); err != nil {
		t.Errorf("Close: got %v, want nil", err)
	}
	if err := <-done; err != nil && !errors.Is(err, stt.ErrClosed) {
		t.Errorf("the call under way: got error %v, want a transcript or stt.ErrClosed", err)
	}
}

func (s Suite) callAfterClose(t *testing.T) {
	tr := s.open(t)
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Transcribe(t.Context(), utter(1, s.Speech)); !errors.Is(err, stt.ErrClosed) {
		t.Errorf("got error %v, want stt.ErrClosed", err)
	}
}

// check holds a transcript to what its fields promise.
func check(t *testing.T, got stt.Transcript, id int64, length time.Duration) {
	t.Helper()
	if got.Utterance != id {
		t.Errorf("got utterance %d, want %d", got.Utterance, id)
	}
	if got.Length != length {
		t.Errorf("got length %v, want %v", got.Length, length)
	}
	for name, p := range map[string]float32{
		"language probability": got.LanguageProb, "confidence": got.Confidence, "lowest": got.Lowest, "no-speech": got.NoSpeech,
	} {
		if !(p >= 0 && p <= 1) {
			t.Errorf("got %s %v, want it in [0, 1]", name, p)
		}
	}
	if got.Lowest > got.Confidence+1e-6 {
		t.Errorf("got lowest %v above confidence %v", got.Lowest, got.Confidence)
	}
	var last time.Duration
	for i, seg := range got.Segments {
		if seg.Start < last || seg.End < seg.Start {
			t.Errorf("segment %d: got %v to %v after %v, want times in order", i, seg.Start, seg.End, last)
		}
		last = seg.Start
	}
}

func contains(text, words string) bool {
	return strings.Contains(strings.ToLower(text), words)
}

// hiss is n samples of white noise, the same on every call.
func hiss(n int, level float32) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	s := make([]float32, n)
	for i := range s {
		s[i] = level * (2*r.Float32() - 1)
	}
	return s
}
