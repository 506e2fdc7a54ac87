//go:build portaudio && whisper

package rehearsal

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
)

// A real day: people's recordings in a room that is never quite still, the real
// detector, and the real transcriber for one utterance in twenty. It takes minutes:
//
//	DEPUTY_DAY=16h scripts/native go test -tags 'portaudio whisper' ./cmd/deputy -run RealDay -v -timeout 2h
func TestRealDay(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("DEPUTY_DAY"))
	if err != nil {
		t.Skip("set DEPUTY_DAY to a length such as 16h to measure")
	}
	var said [][]float32
	for _, row := range cmdtest.Recordings(t, "homecmd_misc") {
		if s := cmdtest.Samples(t, row["path"], 30); len(s) > audio.Rate && len(s) < 4*audio.Rate && len(said) < 20 {
			said = append(said, s)
		}
	}
	cfg := configs.Default()
	detector, err := whisper.NewDetector(app.ModelFile(cfg.STT.Detector))
	if err != nil {
		t.Fatal(err)
	}
	defer detector.Close()
	engine, err := app.Recogniser(cfg, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	synctest.Test(t, func(t *testing.T) {
		some := &nowAndThen{engine: engine}
		d, _ := live(t, length, time.Minute, said, func(l *listen.Listener) {
			l.Source = &air{Source: l.Source, noise: audiotest.Noise(time.Minute, 0.001, 1)}
			l.Detector = detector
			some.Transcriber = l.Transcriber
			l.Transcriber = some
		})
		t.Logf("%d utterances in %v, %d of them read by whisper, %d tasks of %d orders", d.spoken, length, some.read.Load(), d.closed.Load(), d.orders)
	})
}

// nowAndThen has every twentieth utterance read by the engine, too.
type nowAndThen struct {
	stt.Transcriber
	engine      stt.Transcriber
	count, read atomic.Int64
}

func (n *nowAndThen) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	if n.count.Add(1)%20 == 0 {
		if _, err := n.engine.Transcribe(ctx, u); err != nil {
			return stt.Of(u), err
		}
		n.read.Add(1)
	}
	return n.Transcriber.Transcribe(ctx, u)
}

// air is a source in a room with a faint noise.
type air struct {
	audio.Source
	noise []float32
	at    int
}

func (a *air) Read(buf []float32) (int, error) {
	n, err := a.Source.Read(buf)
	for i := range buf[:n] {
		buf[i] += a.noise[a.at]
		a.at = (a.at + 1) % len(a.noise)
	}
	return n, err
}
