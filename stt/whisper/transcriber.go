package whisper

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"deputy/audio"
	"deputy/stt"
)

// An engine is whisper.cpp's model with its one state. It is used by one
// goroutine at a time; none of its methods can be interrupted.
type engine interface {
	network
	// Load computes the spectrogram of samples, of which there are at least 100 ms.
	Load(samples []float32) error
	// Encode runs the encoder on window units of 20 ms from offset on.
	Encode(offset, window int) error
	Vocabulary() vocabulary
	Free()
}

// A Transcriber implements stt.Transcriber with whisper.cpp. Calls take turns: the
// engine has one state.
type Transcriber struct {
	engine engine
	opts   Options
	set    []int // language ids
	turns  *stt.Turns
}

// newTranscriber owns e and frees it on Close, or at once on an error.
func newTranscriber(e engine, o Options) (*Transcriber, error) {
	t := &Transcriber{engine: e, opts: o, turns: stt.NewTurns()}
	known := e.Vocabulary().languages
	for _, name := range o.Languages {
		id, code := -1, stt.LanguageCode(name)
		for i, k := range known {
			if k == code && code != "" {
				id = i
			}
		}
		if id < 0 {
			e.Free()
			if code != "" && e.Vocabulary().english {
				return nil, fmt.Errorf("%s knows English only, not %q: use a model without .en in its name, or set language.set to [en]", o.Model, name)
			}
			return nil, fmt.Errorf("%s knows no language %q: name one such as en or ko", o.Model, name)
		}
		t.set = append(t.set, id)
	}
	return t, nil
}

// Transcribe implements stt.Transcriber.
func (t *Transcriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	out := stt.Of(u)
	err := t.turns.Do(ctx, func(ctx context.Context) error {
		if u.Duration() < stt.Shortest {
			return nil
		}
		// The engine's worker threads belong to the thread that calls it: on another
		// one it would make new ones, while the old ones still spin.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		began := time.Now()
		if err := t.transcribe(ctx, &out, sound(u.Samples)); err != nil {
			return fmt.Errorf("transcribe utterance %d: %w", u.ID, err)
		}
		out.Took = time.Since(began)
		return nil
	})
	if err != nil {
		return stt.Of(u), err
	}
	return out, nil
}

// Warm runs one small pass so that the first utterance finds the model's pages
// and the graphs in place.
func (t *Transcriber) Warm(ctx context.Context) error {
	_, err := t.Transcribe(ctx, audio.Utterance{Samples: make([]float32, audio.Rate/2)})
	return err
}

// Close implements stt.Transcriber. The call under way ends with stt.ErrClosed,
// after the encoder's pass at the latest.
func (t *Transcriber) Close() error {
	t.turns.Close(t.engine.Free)
	return nil
}

// transcribe reads samples window by window. Sound of up to 30 s is one window,
// cut to its length; longer sound is read in windows of 30 s, each beginning
// where the text of the one before was whole.
func (t *Transcriber) transcribe(ctx context.Context, out *stt.Transcript, samples []float32) error {
	if err := t.engine.Load(samples); err != nil {
		return err
	}
	total := (len(samples) + unit - 1) / unit
	var sum tally
	for at := 0; total-at >= 5; {
		have := min(total-at, fullWindow)
		window := fullWindow
		if total <= fullWindow {
			window = windowFor(len(samples), t.opts.Floor)
		}
		r, heard, err := t.window(ctx, at, have, window, total-at > have)
		if err != nil {
			return err
		}
		if at == 0 {
			t.describe(out, r, heard)
		}
		// The end of a long sound is often a window of quiet, in which whisper hears
		// somebody take leave.
		if why, noise := stt.Noise(r.transcript(heard)); at > 0 && noise {
			t.opts.Logger.Debug("not speech", "at", time.Duration(at)*tick, "why", why, "tokens", r.tokens)
		} else {
			sum.add(r, at)
		}
		at += r.advance
	}
	sum.into(out)
	return nil
}

// window reads the sound from at on, with the full window if the given one shows
// what a short window does.
func (t *Transcriber) window(ctx context.Context, at, have, window int, more bool) (reading, hearing, error) {
	r, heard, err := t.encoded(ctx, at, have, window, more)
	if err == nil && window < fullWindow && r.suspect(have) {
		t.opts.Logger.Debug("reading again with the full window", "window", window, "tokens", r.tokens, "runaway", r.runaway)
		r, heard, err = t.encoded(ctx, at, have, fullWindow, more)
	}
	return r, heard, err
}

// describe puts what the first window says of the whole sound into out.
func (t *Transcriber) describe(out *stt.Transcript, r reading, heard hearing) {
	out.Window, out.NoSpeech = heard.window, heard.nospeech
	out.Language, out.LanguageProb = r.language, heard.language(r.language)
	out.Foreign = outside(heard.probs, t.set)
	if len(t.set) == 1 {
		out.LanguageProb, out.Foreign = 1, false
	}
}

// hearing is what the model says before the first word.
type hearing struct {
	window   int
	nospeech float32
	probs    []float32
	names    []string
}

func (h hearing) language(code string) float32 {
	for i, n := range h.names {
		if n == code {
			return h.probs[i]
		}
	}
	return 0
}

// encoded encodes one window, once, and reads it in the language it is in: in two
// when only the text can tell which, keeping the likelier text.
func (t *Transcriber) encoded(ctx context.Context, at, have, window int, more bool) (reading, hearing, error) {
	if err := ctx.Err(); err != nil {
		return reading{}, hearing{}, err
	}
	if err := t.engine.Encode(at, window); err != nil {
		return reading{}, hearing{}, err
	}
	if err := ctx.Err(); err != nil {
		return reading{}, hearing{}, err
	}
	v := t.engine.Vocabulary()
	logits, err := t.engine.Decode([]int32{v.sot}, 0)
	if err != nil {
		return reading{}, hearing{}, err
	}
	h := hearing{window: window, nospeech: softmaxAt(logits, v.nospeech), probs: languageProbs(logits, v), names: v.languages}
	var best reading
	tried := candidates(h.probs, t.set)
	if len(t.set) == 1 {
		tried = []candidate{{id: t.set[0], p: 1}}
	}
	for i, c := range tried {
		r, err := read(ctx, t.engine, sampler{vocab: v, latest: 50}, c.id, have, more)
		if err != nil {
			return r, h, err
		}
		t.opts.Logger.Debug("read", slog.String("language", r.language), slog.Float64("score", r.score()), slog.Int("tokens", r.tokens))
		if i == 0 || r.score() > best.score() {
			best = r
		}
	}
	return best, h, nil
}

// unit is the number of samples in 20 ms.
const unit = audio.Rate / 50

// sound is samples as the engine may see them: what isn't a number is silence,
// what is too loud is clipped. It copies only when it must.
func sound(samples []float32) []float32 {
	bad := func(s float32) bool { return !(s >= -1 && s <= 1) }
	for i, s := range samples {
		if !bad(s) {
			continue
		}
		out := append([]float32(nil), samples...)
		for j := i; j < len(out); j++ {
			if s := out[j]; s != s {
				out[j] = 0
			} else if bad(s) {
				out[j] = max(-1, min(1, s))
			}
		}
		return out
	}
	return samples
}
