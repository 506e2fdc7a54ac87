package bench

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/audio/wav"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt/stttest"
)

// benchSound writes a recording: speech of one second from 0.5 s on, a short
// pause, speech of half a second, and a little quiet.
func benchSound(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.wav")
	w, err := wav.Create(path, audio.Rate)
	if err == nil {
		err = errors.Join(w.Write(audiotest.Join(audiotest.Noise(500*time.Millisecond, 0.001, 1), audiotest.Tone(time.Second, 440, 0.5), audiotest.Noise(250*time.Millisecond, 0.001, 1),
			audiotest.Tone(500*time.Millisecond, 440, 0.5), audiotest.Noise(100*time.Millisecond, 0.001, 1))), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestClipsAreHeardInTheTimeTheyWouldTakeLive: what is computed takes its share
// of the pause, and the pause only.
func TestClipsAreHeardInTheTimeTheyWouldTakeLive(t *testing.T) {
	tests := []struct {
		name     string
		computes time.Duration
		drafts   bool
		begun    int
		ready    float64 // seconds from the end of speech
	}{
		{"a draft that is there in time", 200 * time.Millisecond, true, 2, 0.6},
		{"a draft that takes longer than the endpoint", time.Second, true, 2, 0.15 + 1},
		{"from the endpoint on", 200 * time.Millisecond, false, 1, 0.6 + 0.2},
		{"from the endpoint on, slowly", time.Second, false, 1, 0.6 + 1},
	}
	path := benchSound(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hearer := stttest.Func(func(ctx context.Context, _ audio.Utterance) (string, error) {
					select {
					case <-time.After(tt.computes):
						return "turn it on", nil
					case <-ctx.Done():
						return "", ctx.Err()
					}
				})
				b := newClipBench(configs.Default(), hearer, audiotest.Loud(0.1), tt.drafts, slog.New(slog.DiscardHandler))
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- b.listener.Run(ctx) }()
				for range 2 { // the second is like the first: nothing is left over
					began := time.Now()
					got, err := b.hear(ctx, path)
					if err != nil {
						t.Fatal(err)
					}
					if got.Text != "turn it on" || len(got.Utterances) != 1 || got.Begun != tt.begun {
						t.Fatalf("got %+v, want one order and %d transcriptions", got, tt.begun)
					}
					u := got.Utterances[0]
					near := func(what string, got, want, tolerance float64) {
						if math.Abs(got-want) > tolerance {
							t.Errorf("%s: got %.3f s, want %.3f", what, got, want)
						}
					}
					// Windows are 32 ms long and frames 20.
					near("start", u.Start, 0.5, 0.035)
					near("end", u.End, 2.25, 0.035)
					near("text", u.Ready, tt.ready, 0.055)
					// The recording lasts 2.35 s, and its silence more than 1: most of that is passed over.
					if live := 0.6 + 2*tt.computes.Seconds(); time.Since(began).Seconds() > live+0.8 {
						t.Errorf("it took %v, want little more than the pauses and what is computed", time.Since(began))
					}
				}
				cancel()
				b.tape.Close()
				if err := <-ended; err != nil && !errors.Is(err, audio.ErrClosed) {
					t.Error(err)
				}
			})
		})
	}
}

func TestClipsWithoutSpeechHaveNoText(t *testing.T) {
	heard := heardIn([]listen.Recognition{
		{Utterance: audio.Utterance{SpeechStart: 16000, SpeechEnd: 32000}, Noise: "weak"},
	}, 8000)
	if heard.Text != "" || len(heard.Utterances) != 1 || heard.Utterances[0].Start != 0.5 || heard.Utterances[0].Noise != "weak" {
		t.Errorf("got %+v, want no text and the noise from 0.5 s on", heard)
	}
}
