package ggml

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNotModel says that a file is not a ggml Whisper model at all, as against one
// that was cut short or altered.
var ErrNotModel = errors.New("not a ggml Whisper model")

// Header is the fixed part of a ggml Whisper file.
type Header struct {
	Vocab      int32 // size of the output layer: 51864 English only, 51865, 51866 (large-v3)
	AudioCtx   int32 // encoder positions, 1500 for 30 s
	AudioState int32
	AudioHead  int32
	AudioLayer int32
	TextCtx    int32 // decoder positions, 448
	TextState  int32
	TextHead   int32
	TextLayer  int32
	Mels       int32 // 80, or 128 from large-v3 on
	Format     int32 // 1 for f16, 24 for bf16; 2000 + file type for a quantised file
}

func (h Header) ints() []int32 {
	return []int32{h.Vocab, h.AudioCtx, h.AudioState, h.AudioHead, h.AudioLayer,
		h.TextCtx, h.TextState, h.TextHead, h.TextLayer, h.Mels, h.Format}
}

func (h Header) check() error {
	for _, v := range h.ints()[:10] {
		if v <= 0 || v > maxVocab {
			return fmt.Errorf("impossible header %v", h.ints())
		}
	}
	if h.Format < 0 {
		return fmt.Errorf("impossible file type %d", h.Format)
	}
	return nil
}

// readHeader reads magic and header.
func readHeader(r io.Reader) (Header, error) {
	var b [48]byte
	n, err := io.ReadFull(r, b[:])
	if n >= 4 && binary.LittleEndian.Uint32(b[:]) != Magic || n < 4 && (err == io.EOF || err == io.ErrUnexpectedEOF) {
		return Header{}, ErrNotModel
	}
	if err != nil {
		return Header{}, cut(err)
	}
	at := func(i int) int32 { return int32(binary.LittleEndian.Uint32(b[4+4*i:])) }
	h := Header{Vocab: at(0), AudioCtx: at(1), AudioState: at(2), AudioHead: at(3), AudioLayer: at(4),
		TextCtx: at(5), TextState: at(6), TextHead: at(7), TextLayer: at(8), Mels: at(9), Format: at(10)}
	if err := h.check(); err != nil {
		return Header{}, fmt.Errorf("%w: %v", ErrNotModel, err)
	}
	return h, nil
}

// tensors is how many tensors a whole file has: 3 embeddings, 2 of each last norm, 4 of the
// two convolutions, 15 an encoder block and 24 a decoder block.
func (h Header) tensors() int { return 11 + 15*int(h.AudioLayer) + 24*int(h.TextLayer) }

// copyPreamble copies header, mel filters and vocabulary from r to w. alter, if given,
// changes the header on the way.
func copyPreamble(w io.Writer, r io.Reader, alter func(*Header)) (Header, error) {
	h, err := readHeader(r)
	if err != nil {
		return h, err
	}
	out := h
	if alter != nil {
		alter(&out)
	}
	if err := writeInts(w, append([]int32{Magic}, out.ints()...)...); err != nil {
		return h, err
	}
	if err := copyMel(w, r, h); err != nil {
		return h, fmt.Errorf("mel filters: %w", err)
	}
	if err := copyVocabulary(w, r, h); err != nil {
		return h, fmt.Errorf("vocabulary: %w", err)
	}
	return h, nil
}

func copyMel(w io.Writer, r io.Reader, h Header) error {
	mels, err := readInt(r)
	if err != nil {
		return err
	}
	bins, err := readInt(r)
	if err != nil {
		return err
	}
	if mels != h.Mels || bins <= 0 || bins > 1<<16 {
		return fmt.Errorf("%d x %d where the header says %d: the file is altered", mels, bins, h.Mels)
	}
	if err := writeInts(w, mels, bins); err != nil {
		return err
	}
	return copyExactly(context.Background(), w, r, int64(mels)*int64(bins)*4)
}

func copyVocabulary(w io.Writer, r io.Reader, h Header) error {
	n, err := readInt(r)
	if err != nil {
		return err
	}
	if n < 0 || n > h.Vocab {
		return fmt.Errorf("%d tokens for an output layer of %d: the file is altered", n, h.Vocab)
	}
	if err := writeInts(w, n); err != nil {
		return err
	}
	for i := range n {
		size, err := readInt(r)
		if err != nil {
			return err
		}
		if size < 0 || size > maxToken {
			return fmt.Errorf("token %d has %d bytes: the file is altered", i, size)
		}
		if err := writeInts(w, size); err != nil {
			return err
		}
		if err := copyExactly(context.Background(), w, r, int64(size)); err != nil {
			return err
		}
	}
	return nil
}

// copyExactly copies n bytes in steps small enough for ctx to be heard.
func copyExactly(ctx context.Context, w io.Writer, r io.Reader, n int64) error {
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		step := min(n, 4<<20)
		done, err := io.CopyN(w, r, step)
		if err != nil {
			return cut(err)
		}
		n -= done
	}
	return nil
}
