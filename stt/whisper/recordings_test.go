//go:build whisper

package whisper_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"deputy/audio"
	"deputy/audio/flac"
	"deputy/audio/wav"
	"deputy/stt/whisper"
)

// lack skips the test, or fails it where everything must run.
func lack(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("DEPUTY_TEST_ALL") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// model is the path of a model file of the cache.
func model(t testing.TB, file string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "deputy", "models", file)
	if _, err := os.Stat(path); err != nil {
		lack(t, "no %s: get it with `deputy models pull`", file)
	}
	return path
}

func transcriber(t testing.TB, languages ...string) *whisper.Transcriber {
	t.Helper()
	tr, err := whisper.New(whisper.Options{Model: model(t, "ggml-base-q8_0.bin"), Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func detector(t testing.TB) *whisper.Detector {
	t.Helper()
	d, err := whisper.NewDetector(model(t, "ggml-silero-v6.2.0.bin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// speech is the folder of recordings.
func speech(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	for dir, _ := os.Getwd(); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "shared", "speech")); err == nil {
			return filepath.Join(dir, "shared", "speech")
		}
	}
	lack(t, "no recordings: name their folder in DEPUTY_SPEECH")
	return ""
}

// A clip is a row of a folder's manifest.
type clip struct {
	path string
	row  map[string]string
}

func clips(t testing.TB, folder string) []clip {
	t.Helper()
	dir := filepath.Join(speech(t), folder)
	data, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		lack(t, "DEPUTY_SPEECH has no %s", folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	head := strings.Split(lines[0], "\t")
	var out []clip
	for _, line := range lines[1:] {
		c := clip{row: map[string]string{}}
		for i, cell := range strings.Split(line, "\t") {
			if i < len(head) {
				c.row[head[i]] = strings.TrimSpace(cell)
			}
		}
		c.path = filepath.Join(dir, c.row["file"])
		out = append(out, c)
	}
	return out
}

// open opens a recording at audio.Rate.
func open(t testing.TB, path string) audio.Source {
	t.Helper()
	var src audio.Source
	var err error
	if strings.HasSuffix(path, ".flac") {
		src, err = flac.Open(path)
	} else {
		src, err = wav.Open(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return audio.Resample(src, audio.Rate)
}

func samples(t testing.TB, path string) []float32 {
	t.Helper()
	src := open(t, path)
	var all []float32
	buf := make([]float32, 4096)
	for {
		n, err := src.Read(buf)
		all = append(all, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// words are text's words, lower-case, without punctuation; digits stay digits.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
}

// syllables are text's letters without spaces and punctuation.
func syllables(text string) []string {
	return strings.Split(strings.Join(words(text), ""), "")
}

// distance is the least number of insertions, deletions and replacements that
// make b of a.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
