// Package cmdtest is what the tests of the programs share: a configuration that touches nothing of the user's, and the
// recordings of people. It knows no part of the programs.
package cmdtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/audio"
	"deputy/audio/flac"
	"deputy/audio/wav"
	"deputy/configs"
)

// Config is the default configuration with everything of its own in a folder.
func Config(t testing.TB) configs.Config {
	t.Helper()
	dir := t.TempDir()
	for _, v := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(v, dir)
	}
	cfg := configs.Default()
	cfg.Log.Level = "error"
	return cfg
}

// SocketPath is short enough for a socket.
func SocketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "deputy-socket-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "deputy", "deputy.sock")
}

// Recordings reads the labels of a folder of recordings, a row each by the names of the columns, and under "path" where
// the recording lies. Where there are no recordings it skips the test.
func Recordings(t testing.TB, folder string) (rows []map[string]string) {
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

// Samples reads at most so many seconds of a recording, at audio.Rate.
func Samples(t testing.TB, path string, seconds int) []float32 {
	t.Helper()
	open := func() (audio.Source, error) { return wav.Open(path) }
	if filepath.Ext(path) == ".flac" {
		open = func() (audio.Source, error) { return flac.Open(path) }
	}
	src, err := open()
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
