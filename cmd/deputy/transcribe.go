package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deputy/audio"
	"deputy/configs"
	"deputy/configs/phrases"
	"deputy/stt"
	"deputy/stt/remote"
	"deputy/stt/whisper"
)

// fileListening cuts recordings at longer pauses than a conversation: nobody
// waits, and more context makes fewer mistakes. What is longer than whisper's
// window is cut by whisper, between words.
var fileListening = audio.Options{
	MinSilence: 1500 * time.Millisecond, MaxSilence: 1500 * time.Millisecond,
	MaxUtterance: 2 * time.Minute, MinSpeech: 60 * time.Millisecond, Threshold: 0.35,
}

func transcribeCommand(a *app) *cobra.Command {
	var language, model string
	var asJSON, asTSV bool
	c := &cobra.Command{
		Use:   "transcribe FILE...",
		Short: "Write down what is said in sound files",
		Long: `Transcribe writes down what is said in sound files: WAV and FLAC, and whatever
ffmpeg reads where ffmpeg is installed.

The text is printed an utterance a line, after the file's name where there are
several. --json prints an object an utterance (file, utterance, start, end, text,
language, language_prob, confidence, no_speech; times in seconds). --tsv prints
exactly one line a file, its name, a tab and the text, also when nothing was said.

A file that can't be read is named on standard error, the others are still done,
and the exit status is 1.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			if asJSON && asTSV {
				return errors.New("--json and --tsv exclude each other")
			}
			cfg, err := a.config()
			if err != nil {
				return err
			}
			if model != "" {
				cfg.STT.Model, cfg.STT.Remote.Model = model, model
			}
			s := &scribe{page: page{out: c.OutOrStdout(), several: len(files) > 1}, errs: c.ErrOrStderr()}
			switch {
			case asJSON:
				s.page.form = formJSON
			case asTSV:
				s.page.form = formTSV
			}
			if err := s.open(cfg, language); err != nil {
				return err
			}
			defer s.close()
			return s.all(c.Context(), files)
		},
	}
	f := c.Flags()
	f.StringVar(&language, "language", "", "en, ko, ... fixes the language; \"en,ko\" chooses among some, any among all (default: as configured)")
	f.StringVar(&model, "model", "", "a name of deputy models list, or the path of a model file (default: as configured)")
	f.BoolVar(&asJSON, "json", false, "print JSON, an object an utterance")
	f.BoolVar(&asTSV, "tsv", false, "print one line a file: name, tab, text")
	return c
}

// filesFailed says how many files could not be transcribed. Each was named before.
type filesFailed struct{ failed, all int }

func (e filesFailed) Error() string {
	return local(
		fmt.Sprintf("%d of %d files could not be transcribed", e.failed, e.all),
		fmt.Sprintf("파일 %d개 중 %d개를 받아쓰지 못했습니다", e.all, e.failed))
}

// A scribe transcribes files, one after the other.
type scribe struct {
	page     page
	errs     io.Writer
	hearer   stt.Transcriber
	detector interface {
		audio.Detector
		Reset()
	}
	closers []io.Closer
	log     *slog.Logger
}

// open readies the transcriber and the detector that the configuration names.
func (s *scribe) open(cfg configs.Config, language string) error {
	s.log = slog.New(slog.DiscardHandler)
	if cfg.Log.Level == "debug" {
		s.log = slog.New(slog.NewTextHandler(s.errs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	cfg.Agent.Name = nil // nobody is called in a file
	hearer, err := recogniser(cfg, language, s.log)
	if err != nil {
		return err
	}
	s.hearer = hearer
	s.closers = append(s.closers, hearer)
	d, err := whisper.NewDetector(modelFile(cfg.STT.Detector))
	switch {
	case err == nil:
		s.detector = d
		s.closers = append(s.closers, d)
	case errors.Is(err, whisper.ErrNotBuilt):
		s.detector = &loudness{} // a server transcribes; loudness finds what to send
	default:
		s.close()
		return err
	}
	return nil
}

// loudness is audio.Energy that can begin anew.
type loudness struct{ audio.Energy }

func (l *loudness) Reset() { l.Energy = audio.Energy{} }

func (s *scribe) close() {
	for _, c := range s.closers {
		if err := c.Close(); err != nil {
			s.log.Warn("close", "err", err)
		}
	}
}

// recogniser is the transcriber of the configuration; language overrides its
// languages unless it is "".
func recogniser(cfg configs.Config, language string, log *slog.Logger) (stt.Transcriber, error) {
	languages := spoken(cfg.Language, language)
	if cfg.STT.Engine != "remote" {
		names := cfg.Agent.Name
		if cfg.Audio.Address == "open" {
			names = nil
		}
		return whisper.New(whisper.Options{
			Model: modelFile(hearingModel(cfg.STT.Model)), Languages: languages, Names: names,
			Threads: cfg.STT.Threads, Floor: cfg.STT.WindowFloor, Logger: log,
		})
	}
	r := cfg.STT.Remote
	key, err := configs.ReadSecret(r.KeyEnv, r.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("stt.remote: %w", err)
	}
	o := remote.Options{BaseURL: r.URL, Key: key.Reveal(), KeyFrom: r.KeyEnv, Model: r.Model, Timeout: r.Timeout, Logger: log}
	if len(languages) == 1 {
		o.Language = languages[0]
	}
	return remote.New(o)
}

// spoken lists the languages to choose from; none means any.
func spoken(l configs.Language, flag string) []string {
	switch {
	case flag == "any":
		return nil
	case flag != "" && flag != "auto":
		return strings.Split(flag, ",")
	case l.Spoken != "auto" && l.Spoken != "" && flag == "":
		return []string{l.Spoken}
	}
	return l.Set
}

// all transcribes files in order. What is wrong with one is said at once and
// doesn't keep the others from being done.
func (s *scribe) all(ctx context.Context, files []string) error {
	failed := 0
	for _, path := range files {
		err := s.file(ctx, path)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintf(s.errs, "deputy: %s: %s\n", path, oneLine(err))
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
	src, err := openSound(ctx, path)
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

// oneLine is err on one line, without the path that the line begins with.
func oneLine(err error) string {
	var p *os.PathError
	if errors.As(err, &p) && errors.Is(err, os.ErrNotExist) {
		return local("there is no such file", "그런 파일이 없습니다")
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// local is the sentence in the language of this user's terminal.
func local(english, korean string) string {
	if phrases.Locale() == "ko" {
		return korean
	}
	return english
}
