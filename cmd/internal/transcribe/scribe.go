// Package transcribe writes down what is said in sound files. It knows a detector, a transcriber and a page, and no desk.
package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"deputy/audio"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/configs/phrases"
	"deputy/stt"
	"deputy/stt/whisper"
)

// fileListening cuts recordings at longer pauses than a conversation: nobody
// waits, and more context makes fewer mistakes. What is longer than whisper's
// window is cut by whisper, between words.
var fileListening = audio.Options{
	MinSilence: 1500 * time.Millisecond, MaxSilence: 1500 * time.Millisecond,
	MaxUtterance: 2 * time.Minute, MinSpeech: 60 * time.Millisecond, Threshold: 0.35,
}

// filesFailed says how many files could not be transcribed. Each was named before.
type filesFailed struct{ failed, all int }

func (e filesFailed) Error() string {
	return phrases.Embedded().Phrase(phrases.Locale(), "err.files_failed", map[string]string{"failed": strconv.Itoa(e.failed), "all": strconv.Itoa(e.all)})
}

// A Transcriber transcribes files, one after the other.
type Transcriber struct {
	Page     Page
	Errs     io.Writer
	hearer   stt.Transcriber
	detector interface {
		audio.Detector
		Reset()
	}
	closers []io.Closer
	log     *slog.Logger
}

// Open readies the transcriber and the detector that the configuration names.
func (s *Transcriber) Open(cfg configs.Config, language string) error {
	s.log = slog.New(slog.DiscardHandler)
	if cfg.Log.Level == "debug" {
		s.log = slog.New(slog.NewTextHandler(s.Errs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	cfg.Agent.Name = nil // nobody is called in a file
	hearer, err := app.Recogniser(cfg, language, s.log)
	if err != nil {
		return err
	}
	s.hearer = hearer
	s.closers = append(s.closers, hearer)
	d, err := whisper.NewDetector(app.ModelFile(cfg.STT.Detector))
	switch {
	case err == nil:
		s.detector = d
		s.closers = append(s.closers, d)
	case errors.Is(err, whisper.ErrNotBuilt):
		s.detector = &loudness{} // a server transcribes; loudness finds what to send
	default:
		s.Close()
		return err
	}
	return nil
}

// loudness is audio.Energy that can begin anew.
type loudness struct{ audio.Energy }

func (l *loudness) Reset() { l.Energy = audio.Energy{} }

func (s *Transcriber) Close() {
	for _, c := range s.closers {
		if err := c.Close(); err != nil {
			s.log.Warn("close", "err", err)
		}
	}
}

// All transcribes files in order. What is wrong with one is said at once and
// doesn't keep the others from being done.
func (s *Transcriber) All(ctx context.Context, files []string) error {
	failed := 0
	for _, path := range files {
		err := s.file(ctx, path)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintf(s.Errs, "deputy: %s: %s\n", path, listen.OneLine(err))
		}
		if werr := s.Page.end(path); werr != nil {
			return fmt.Errorf("write the text: %w", werr)
		}
	}
	if failed > 0 {
		return filesFailed{failed, len(files)}
	}
	return nil
}

// file transcribes one file, utterance by utterance.
func (s *Transcriber) file(ctx context.Context, path string) error {
	src, err := listen.OpenSound(ctx, path)
	if err != nil {
		return err
	}
	defer src.Close()
	defer context.AfterFunc(ctx, func() { src.Close() })()
	s.detector.Reset()
	o := fileListening
	o.Logger = s.log
	for e, err := range audio.Listen(src, s.detector, &o) {
		if err != nil {
			return err
		}
		u, ok := e.(audio.Utterance)
		if !ok {
			continue
		}
		t, err := s.hearer.Transcribe(ctx, u)
		if err != nil {
			return err
		}
		if why, noise := stt.Noise(t); noise {
			s.log.Debug("not speech", "file", path, "utterance", u.ID, "why", why, "text", t.Text)
			continue
		}
		if err := s.Page.utterance(path, u, t); err != nil {
			return fmt.Errorf("write the text: %w", err)
		}
	}
	return ctx.Err()
}
