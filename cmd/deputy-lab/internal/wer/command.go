// Package wer measures transcripts against the recordings' manifests: word error rate for English, character error rate
// for Korean. It knows nothing of Deputy.
package wer

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"deputy/cmd/deputy-lab/internal/recordings"
)

// Command is deputy-lab wer.
func Command() *cobra.Command {
	var speech string
	var list bool
	c := &cobra.Command{
		Use:   "wer [TRANSCRIPTS...]",
		Short: "Count the errors of transcripts",
		Long: `Wer reads lines of a path, a tab and a text, from files or standard input, and prints
a Markdown table by folder and in total: words for English, characters for Korean.`,
		Example: `  deputy-lab wer --list | xargs -d '\n' deputy transcribe --tsv | deputy-lab wer`,
		RunE: func(c *cobra.Command, files []string) error {
			return measure(c.InOrStdin(), c.OutOrStdout(), speech, list, files)
		},
	}
	c.Flags().StringVar(&speech, "speech", recordings.Dir(), "folder of the recordings")
	c.Flags().BoolVar(&list, "list", false, "print the recordings to transcribe, one path a line")
	return c
}

func measure(in io.Reader, out io.Writer, speech string, list bool, files []string) error {
	clips, err := recordings.Clips(speech)
	if err != nil {
		return err
	}
	if list {
		for _, c := range clips {
			fmt.Fprintln(out, filepath.Join(speech, c.Folder, c.File))
		}
		return nil
	}
	said := map[string]string{}
	if len(files) == 0 {
		if err := readTranscripts(in, speech, said); err != nil {
			return err
		}
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = readTranscripts(f, speech, said)
		f.Close()
		if err != nil {
			return err
		}
	}
	return printTable(out, clips, said)
}

// readTranscripts reads `path<TAB>text` lines into said, whose keys are folder/file. A path may be absolute or relative.
func readTranscripts(in io.Reader, speech string, said map[string]string) error {
	base, err := filepath.Abs(speech)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		path, text, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			return fmt.Errorf("line %d: got %q, want path, tab, text", n, lines.Text())
		}
		if abs, err := filepath.Abs(path); err == nil {
			if rel, err := filepath.Rel(base, abs); err == nil && filepath.IsLocal(rel) {
				path = rel
			}
		}
		said[filepath.ToSlash(path)] = text
	}
	return lines.Err()
}
