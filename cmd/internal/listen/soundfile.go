package listen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"deputy/audio"
	"deputy/audio/ffmpeg"
	"deputy/audio/flac"
	"deputy/audio/wav"
	"deputy/configs/phrases"
)

// OneLine is err on one line, without the path that the line begins with.
func OneLine(err error) string {
	var p *os.PathError
	if errors.As(err, &p) && errors.Is(err, os.ErrNotExist) {
		return phrases.Sentence("err.no_file").Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// OpenSound opens a sound file by what it holds, whatever it is called: WAV and
// FLAC here, anything else through ffmpeg.
func OpenSound(ctx context.Context, path string) (audio.Source, error) {
	kind, err := sniff(path)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "RIFF":
		return wav.Open(path)
	case "fLaC":
		return flac.Open(path)
	}
	return ffmpeg.Open(ctx, path)
}

// sniff reads the four bytes that name a file's format.
func sniff(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", phrases.Sentence("err.folder")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b [4]byte
	n, err := io.ReadFull(f, b[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return "", phrases.Sentence("err.empty_file")
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("read the file: %w", err)
	}
	return string(b[:n]), nil
}

// ReadSound reads a whole sound file at audio.Rate.
func ReadSound(ctx context.Context, path string) ([]float32, error) {
	src, err := OpenSound(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer src.Close()
	return audio.ReadAll(audio.Resample(src, audio.Rate))
}
