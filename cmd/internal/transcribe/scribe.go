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

// Files transcribes files, one after the other, onto a page. What is wrong with one is
// told on errs and doesn't keep the others from being done. Language overrides those
// of the configuration unless it is "".
func Files(ctx context.Context, cfg configs.Config, language string, p Page, errs io.Writer, files []string) (err error) {
	s := &scribe{page: p, errs: errs, log: slog.New(slog.DiscardHandler)}
	if cfg.Log.Level == "debug" {
		s.log = slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	cfg.Agent.Name = nil // nobody is called in a file
	if s.hearer, err = app.Recogniser(cfg, language, s.log); err != nil {
		return err
	}
	defer s.hearer.Close()
	d, err := whisper.NewDetector(app.ModelFile(cfg.STT.Detector))
	switch {
	case err == nil:
		s.detector = d
		defer d.Close()
	case errors.Is(err, whisper.ErrNotBuilt):
		s.detector = &loudness{} // a server transcribes; loudness finds what to send
	default:
		return err
	}
	return s.all(ctx, files)
}

// A scribe transcribes files, one after the other.
type scribe struct {
	page     Page
	errs     io.Writer
	hearer   stt.Transcriber
	detector interface {
		audio.Detector
		Reset()
	}
	log *slog.Logger
}

// loudness is audio.Energy that can begin anew.
type loudness struct{ audio.Energy }

func (l *loudness) Reset() { l.Energy = audio.Energy{} }

// all transcribes files in order.
func (s *scribe) all(ctx context.Context, files []string) error {
	failed := 0
	for _, path := range files {
		err := s.file(ctx, path)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintf(s.errs, "deputy: %s: %s\n", path, listen.OneLine(err))
		}
		if werr := s.page.end(path); werr != nil {
			return fmt.Errorf("write the text: %w", werr)
		}
	}
	if failed > 0 {
		return filesFailed{failed, len(files)}
	}
	return nil
}

// file transcribes one file, utterance by utterance.
func (s *scribe) file(ctx context.Context, path string) error {
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
		if err := s.page.utterance(path, u, t); err != nil {
			return fmt.Errorf("write the text: %w", err)
		}
	}
	return ctx.Err()
}
