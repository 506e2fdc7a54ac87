package ggml

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// endOfText is the first of Whisper's special tokens; the ones before it are text.
const endOfText = "<|endoftext|>"

// readVocabulary reads the token list of a faster-whisper model directory.
func readVocabulary(dir string) ([]string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "vocabulary.json"))
	if err == nil {
		var tokens []string
		if err := json.Unmarshal(raw, &tokens); err != nil {
			return nil, fmt.Errorf("vocabulary.json is not a list of tokens: %w", err)
		}
		return tokens, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	raw, err = os.ReadFile(filepath.Join(dir, "vocabulary.txt"))
	if err != nil {
		return nil, fmt.Errorf("no vocabulary.json and no vocabulary.txt of a faster-whisper model: %w", err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n"), nil
}

// textTokens gives the raw bytes of the text tokens, which is what ggml files store:
// everything before the first special token.
func textTokens(vocabulary []string, size int) ([][]byte, error) {
	// Converters pad the list, or leave the padding of the output layer out.
	if len(vocabulary) > size {
		return nil, fmt.Errorf("the vocabulary has %d tokens, the model %d: they don't belong together", len(vocabulary), size)
	}
	var tokens [][]byte
	for i, v := range vocabulary {
		if v == endOfText {
			return tokens, nil
		}
		raw, err := rawToken(v)
		if err != nil {
			return nil, fmt.Errorf("token %d: %w", i, err)
		}
		tokens = append(tokens, raw)
	}
	return nil, fmt.Errorf("the vocabulary has no %s: not Whisper's", endOfText)
}

// printable undoes GPT-2's spelling of bytes: those that print stand for themselves,
// the others were moved to U+0100 and on, in order.
var printable = func() map[rune]byte {
	m := make(map[rune]byte, 256)
	moved := rune(0x100)
	for b := range 256 {
		if b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae {
			m[rune(b)] = byte(b)
			continue
		}
		m[moved] = byte(b)
		moved++
	}
	return m
}()

func rawToken(text string) ([]byte, error) {
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := printable[r]
		if !ok {
			return nil, fmt.Errorf("%q has a character outside the byte alphabet", text)
		}
		raw = append(raw, b)
	}
	if len(raw) > maxToken {
		return nil, fmt.Errorf("a token of %d bytes", len(raw))
	}
	return raw, nil
}
