//go:build portaudio && whisper

package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/audio/audiotest/pulse"
	"deputy/audio/portaudio"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/tts"
)

// A toneEngine is a synthesizer that says everything with one long tone.
type toneEngine struct{}

func (toneEngine) Synthesize(context.Context, string, string) (audio.Source, error) {
	return audio.Slice(audiotest.ToneAt(22050, 10*time.Second, 1000, 0.5), 22050), nil
}

// A meter notes when the speaker was last heard to sound.
type meter struct{ first, last atomic.Int64 } // unix ns; first since it was set to 0

func (m *meter) listen(src audio.Source) {
	buf := make([]float32, audio.Rate/200)
	for {
		n, err := src.Read(buf)
		if err != nil {
			return
		}
		if now := time.Now().UnixNano(); audiotest.Power(buf[:n], audio.Rate, 1000) > 0.02 {
			m.first.CompareAndSwap(0, now)
			m.last.Store(now)
		}
	}
}

// A lounge is a virtual speaker with a voice, and a meter at its monitor.
type lounge struct {
	voice *tts.Voice
	meter
}

func openLounge(b *testing.B) *lounge {
	dir, err := os.MkdirTemp("", "deputy-barge-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	server, err := pulse.Start(context.Background(), dir)
	if errors.Is(err, pulse.ErrMissing) {
		b.Skip(err)
	}
	if err == nil {
		b.Cleanup(server.Stop)
		err = server.Use()
	}
	if err != nil {
		b.Fatal(err)
	}
	speaker, err := portaudio.OpenSpeaker(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { speaker.Close() })
	src, err := server.Hear(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { src.Close() })
	l := &lounge{voice: tts.NewVoice(tts.Options{Engines: []tts.Engine{{Name: "tone", Synthesizer: toneEngine{}}}, Player: speaker})}
	go l.listen(src)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.voice.Run(ctx, nil) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return l
}

// BenchmarkBargeIn measures, at the virtual speaker's monitor, the time from an
// onset over Deputy's voice to the last audible sample (silent-ms), until the
// microphone is read on (back-ms), and from the giving of a line to its first
// audible sample (sound-ms), the engine left out: alone, and into a chime. The
// monitor is handed what the speaker will play up to 50 ms before it does.
func BenchmarkBargeIn(b *testing.B) {
	l := openLounge(b)
	a := &App{Config: configs.Default(), log: slog.New(slog.DiscardHandler), Keys: &listen.PTTKey{}, voice: l.voice}
	a.Config.Audio.Duplex = "full"
	onset := a.bargeIn()
	for _, chimes := range []bool{false, true} {
		b.Run(map[bool]string{false: "line", true: "chime and line"}[chimes], func(b *testing.B) {
			var silent, back, sound time.Duration
			for b.Loop() {
				if chimes {
					if err := l.voice.Chime(b.Context()); err != nil {
						b.Fatal(err)
					}
					<-time.After(60 * time.Millisecond)
				}
				l.first.Store(0)
				said := time.Now()
				if err := l.voice.Say(b.Context(), tts.Line{ID: "a", Text: "Hello."}); err != nil {
					b.Fatal(err)
				}
				<-time.After(600 * time.Millisecond)
				began := time.Now()
				onset()
				back += time.Since(began)
				<-time.After(300 * time.Millisecond)
				silent += max(0, time.Unix(0, l.last.Load()).Sub(began))
				sound += time.Unix(0, l.first.Load()).Sub(said)
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
			b.ReportMetric(ms(silent), "silent-ms")
			b.ReportMetric(ms(back), "back-ms")
			b.ReportMetric(ms(sound), "sound-ms")
		})
	}
}
