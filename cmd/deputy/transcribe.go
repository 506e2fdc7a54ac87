package main

import (
	"errors"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/transcribe"
)

func transcribeCommand(a *cli) *cobra.Command {
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
			p := transcribe.Page{Out: c.OutOrStdout(), Several: len(files) > 1}
			switch {
			case asJSON:
				p.Form = transcribe.JSON
			case asTSV:
				p.Form = transcribe.TSV
			}
			return transcribe.Files(c.Context(), cfg, language, p, c.ErrOrStderr(), files)
		},
	}
	f := c.Flags()
	f.StringVar(&language, "language", "", "en, ko, ... fixes the language; \"en,ko\" chooses among some, any among all (default: as configured)")
	f.StringVar(&model, "model", "", "a name of deputy models list, or the path of a model file (default: as configured)")
	f.BoolVar(&asJSON, "json", false, "print JSON, an object an utterance")
	f.BoolVar(&asTSV, "tsv", false, "print one line a file: name, tab, text")
	return c
}
