package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
)

// A clipBench hears recordings one after the other through the real loop, as
// whoever compares Deputy with other programs asks for them.
type clipBench struct {
	tape     *tape
	hears    *tapeTranscriber
	listener loop
	tail     int64 // samples of silence after a recording

	// mu guards hearings, which come from the listener's goroutine.
	mu       sync.Mutex
	hearings []listen.Recognition
}

// A loop goes from microphone to text.
type loop interface {
	Run(ctx context.Context) error
	Busy() bool // an utterance has ended and its text isn't told yet
}

// A clipHeard is what became of one recording. Times are in seconds; those of an
// utterance's text are counted from the end of its speech.
type clipHeard struct {
	Text       string      `json:"text"`
	Utterances []clipPiece `json:"utterances"`
	Begun      int         `json:"begun"` // transcriptions that were begun
	Spent      float64     `json:"spent"` // time that they took, the dropped ones too
}

type clipPiece struct {
	Start    float64 `json:"start"` // of the speech, in the recording
	End      float64 `json:"end"`
	Endpoint float64 `json:"endpoint"`
	Ready    float64 `json:"ready"`
	Took     float64 `json:"took"`
	Window   int     `json:"window"`
	Language string  `json:"language"`
	Looped   bool    `json:"looped"`
	Noise    string  `json:"noise"` // why its text was dropped; "" if it wasn't
}

// benchClips reads objects {"file": path}, one a line, and prints one line of
// JSON each: first {"ready":true}. Without drafts the transcriber begins at the
// endpoint, as a plain loop does.
func benchClips(ctx context.Context, cfg configs.Config, drafts bool, in io.Reader, out io.Writer) (err error) {
	log := slog.New(slog.DiscardHandler)
	t, err := app.Recogniser(cfg, "", log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	d, err := whisper.NewDetector(app.ModelFile(cfg.STT.Detector))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	b := newClipBench(cfg, t, d, drafts, log)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- b.listener.Run(ctx) }()
	defer func() { cancel(); b.tape.Close(); err = errors.Join(err, <-ended) }()
	answers := json.NewEncoder(out)
	if err := answers.Encode(map[string]bool{"ready": true}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var ask struct{ File string }
		if err := json.Unmarshal(lines.Bytes(), &ask); err != nil {
			return fmt.Errorf(`a line such as {"file": "a.wav"} is wanted, not %q: %w`, lines.Text(), err)
		}
		heard, err := b.hear(ctx, ask.File)
		if err != nil {
			return fmt.Errorf("%s: %w", ask.File, err)
		}
		if err := answers.Encode(heard); err != nil {
			return err
		}
	}
	return nil
}

// newClipBench readies the loop that the configuration describes.
func newClipBench(cfg configs.Config, t stt.Transcriber, d audio.Detector, drafts bool, log *slog.Logger) *clipBench {
	b := &clipBench{tape: newTape()}
	b.hears = &tapeTranscriber{Transcriber: t, tape: b.tape}
	d = &tapeDetector{Detector: d, tape: b.tape}
	o := audio.Options{MinSilence: cfg.Audio.Endpoint.Min, MaxSilence: cfg.Audio.Endpoint.Max, PauseAfter: app.DraftAfter}
	b.tail = audio.Count(cfg.Audio.Endpoint.Max + 500*time.Millisecond)
	if drafts {
		b.listener = &listen.Listener{
			Source: b.tape, Detector: d, Transcriber: b.hears, Options: o,
			Tell: func(event.Body) {}, Heard: b.note, Log: log,
		}
	} else {
		b.listener = &plainLoop{source: b.tape, detector: d, transcriber: b.hears, options: o, heard: b.note}
	}
	return b
}

func (b *clipBench) note(h listen.Recognition) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hearings = append(b.hearings, h)
}

// hear plays one recording and waits until everything in it was told.
func (b *clipBench) hear(ctx context.Context, path string) (clipHeard, error) {
	src, err := listen.OpenSound(ctx, path)
	if err != nil {
		return clipHeard{}, err
	}
	defer src.Close()
	samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
	if err != nil {
		return clipHeard{}, err
	}
	begun, passed := b.hears.begun.Load(), b.hears.passed.Load()
	samples = append(samples, make([]float32, b.tail)...)
	// The next recording begins where a frame and a window do, so that the same
	// recording is cut the same way whatever came before it.
	const edge = 8 * audio.FrameSize // = 5 * audio.ScoreSize
	samples = append(samples, make([]float32, (edge-len(samples)%edge)%edge)...)
	from, err := b.tape.play(ctx, samples)
	if err != nil {
		return clipHeard{}, err
	}
	for b.listener.Busy() || b.tape.computing.Load() > 0 {
		if err := sleep(ctx, 2*time.Millisecond); err != nil {
			return clipHeard{}, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out := heardIn(b.hearings, from)
	out.Begun = int(b.hears.begun.Load() - begun)
	out.Spent = time.Duration(b.hears.passed.Load() - passed).Seconds()
	b.hearings = nil
	return out, nil
}

// heardIn puts together what was heard in the recording that began at position
// from. What was no speech adds nothing to the text.
func heardIn(hearings []listen.Recognition, from int64) clipHeard {
	out := clipHeard{Utterances: []clipPiece{}}
	var texts []string
	for _, h := range hearings {
		if h.Noise == "" {
			texts = append(texts, h.Transcript.Text)
		}
		out.Utterances = append(out.Utterances, clipPiece{
			Start:    audio.Samples(h.Utterance.SpeechStart - from).Duration().Seconds(),
			End:      audio.Samples(h.Utterance.SpeechEnd - from).Duration().Seconds(),
			Endpoint: h.Endpoint.Sub(h.SpeechEnd).Seconds(),
			Ready:    h.Ready.Sub(h.SpeechEnd).Seconds(),
			Took:     h.Transcript.Took.Seconds(),
			Window:   h.Transcript.Window,
			Language: h.Transcript.Language,
			Looped:   stt.Looped(h.Transcript.Text) || stt.Doubled(h.Transcript.Text),
			Noise:    h.Noise,
		})
	}
	out.Text = strings.Join(texts, " ")
	return out
}

// A plainLoop is the loop without its levers: it transcribes when the endpoint
// has fired, and knows nothing of the text before. It is what Deputy's
// own loop is measured against.
type plainLoop struct {
	source      audio.Source
	detector    audio.Detector
	transcriber stt.Transcriber
	options     audio.Options
	heard       func(listen.Recognition)
}

func (l *plainLoop) Busy() bool { return false } // it reads on only when it has told

func (l *plainLoop) Run(ctx context.Context) error {
	clock := &listen.SampleClock{Source: l.source}
	for ev, err := range audio.Listen(clock, l.detector, &l.options) {
		if err != nil {
			return err
		}
		u, ok := ev.(audio.Utterance)
		if !ok {
			continue
		}
		h := listen.Recognition{Utterance: u, SpeechEnd: clock.When(u.SpeechEnd), Endpoint: time.Now()}
		h.Transcript, err = l.transcriber.Transcribe(ctx, u)
		if err != nil {
			return err
		}
		h.Ready = time.Now()
		if why, noise := stt.Noise(h.Transcript); noise {
			h.Noise = why
		}
		l.heard(h)
	}
	return nil
}
