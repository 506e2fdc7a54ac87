//go:build portaudio && whisper

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/audio"
)

// noiseFiles are recordings without speech.
func noiseFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	kinds := map[string]int{}
	for _, row := range manifest(t, "speechbrain_samples") {
		if k := row["kind"]; (k == "noise" || k == "ESC50") && kinds[k] < 2 {
			kinds[k]++
			files = append(files, row["path"])
		}
	}
	if len(files) < 4 {
		t.Fatalf("got %d recordings of noise", len(files))
	}
	return files
}

// manifest reads the labels of a folder of recordings.
func manifest(t *testing.T, folder string) (rows []map[string]string) {
	t.Helper()
	root := os.Getenv("DEPUTY_SPEECH")
	if root == "" {
		t.Skip("set DEPUTY_SPEECH to the folder of recordings to run this")
	}
	data, err := os.ReadFile(filepath.Join(root, folder, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	names := strings.Split(lines[0], "\t")
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, v := range strings.Split(l, "\t") {
			row[names[i]] = v
		}
		row["path"] = filepath.Join(root, folder, row[names[0]])
		rows = append(rows, row)
	}
	return rows
}

// samplesOf reads at most so many seconds of a recording.
func samplesOf(t *testing.T, path string, seconds int) []float32 {
	t.Helper()
	src, err := openSound(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
	if err != nil {
		t.Fatal(err)
	}
	return samples[:min(len(samples), seconds*audio.Rate)]
}
