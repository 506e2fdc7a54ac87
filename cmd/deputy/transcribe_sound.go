package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"deputy/audio"
	"deputy/audio/ffmpeg"
	"deputy/audio/flac"
	"deputy/audio/wav"
)

// openSound opens a sound file by what it holds, whatever it is called: WAV and
// FLAC here, anything else through ffmpeg.
func openSound(ctx context.Context, path string) (audio.Source, error) {
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
		return "", errors.New(local("this is a folder: name the files in it", "폴더입니다. 안에 있는 파일을 지정하세요"))
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b [4]byte
	n, err := io.ReadFull(f, b[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return "", errors.New(local("the file is empty", "빈 파일입니다"))
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("read the file: %w", err)
	}
	return string(b[:n]), nil
}
