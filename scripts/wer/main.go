// Wer measures transcripts against the recordings' manifests: word error rate for English, character error rate for Korean.
//
//	wer -list                            prints the recordings to transcribe, one path a line
//	wer -list | xargs -d '\n' bin/deputy transcribe --tsv | wer
//
// It reads `path<TAB>text` lines and prints a Markdown table by folder and in total. The recordings are looked for in
// -speech, else $DEPUTY_SPEECH, else shared/speech beside the checkout. It knows the manifests' columns and nothing of Deputy.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"deputy/scripts/wer/score"
)

func main() {
	speech := flag.String("speech", speechDir(), "folder of the recordings")
	list := flag.Bool("list", false, "print the recordings that have a reference")
	flag.Parse()
	if err := measure(*speech, *list, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "wer:", err)
		os.Exit(1)
	}
}

func speechDir() string {
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "speech")
}

func measure(speech string, list bool, files []string) error {
	clips, err := score.Manifests(speech)
	if err != nil {
		return fmt.Errorf("%w; name the recordings' folder with -speech or DEPUTY_SPEECH", err)
	}
	if list {
		for _, c := range clips {
			fmt.Println(filepath.Join(speech, c.Folder, c.File))
		}
		return nil
	}
	said := map[string]string{}
	if len(files) == 0 {
		if err := readTranscripts(os.Stdin, speech, said); err != nil {
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
	return printTable(os.Stdout, clips, said)
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
