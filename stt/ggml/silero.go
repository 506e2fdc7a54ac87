package ggml

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
)

// ErrNotSilero says that an archive is not the TorchScript form of Silero VAD v6.2.
var ErrNotSilero = errors.New("not a Silero VAD v6.2 archive")

// sileroTensor is one array of the detector: the number of its entry in the archive
// (X/data/N, raw little-endian f32) and its place in the ggml file. dims are row-major.
type sileroTensor struct {
	name  string
	entry int
	kind  ElementType
	dims  []int32
}

// sileroHeader follows the magic and the name: version, window 512 samples, context
// 64, four encoder layers (inputs, outputs, kernel), LSTM 128 -> 128, classifier.
var sileroHeader = []int32{6, 2, 0, 512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1}

const sileroName = "silero-16k"

// sileroTensors are the 16 kHz half of the archive in file order.
var sileroTensors = []sileroTensor{
	{"_model.encoder.0.reparam_conv.weight", 3, F16, []int32{128, 129, 3}},
	{"_model.encoder.0.reparam_conv.bias", 4, F32, []int32{128}},
	{"_model.encoder.1.reparam_conv.weight", 5, F16, []int32{64, 128, 3}},
	{"_model.encoder.1.reparam_conv.bias", 6, F32, []int32{64}},
	{"_model.encoder.2.reparam_conv.weight", 7, F16, []int32{64, 64, 3}},
	{"_model.encoder.2.reparam_conv.bias", 8, F32, []int32{64}},
	{"_model.encoder.3.reparam_conv.weight", 9, F16, []int32{128, 64, 3}},
	{"_model.encoder.3.reparam_conv.bias", 10, F32, []int32{128}},
	{"_model.decoder.rnn.weight_ih", 11, F32, []int32{512, 128}},
	{"_model.decoder.rnn.weight_hh", 12, F32, []int32{512, 128}},
	{"_model.decoder.rnn.bias_ih", 13, F32, []int32{512}},
	{"_model.decoder.rnn.bias_hh", 14, F32, []int32{512}},
	{"_model.decoder.decoder.2.weight", 15, F16, []int32{128}},
	{"_model.decoder.decoder.2.bias", 16, F32, nil},
	{"_model.stft.forward_basis_buffer", 2, F16, []int32{258, 1, 256}},
}

// FromSileroFile is FromSilero for a file by path.
func FromSileroFile(ctx context.Context, w io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("convert the voice detector: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("convert the voice detector: %w", err)
	}
	return FromSilero(ctx, w, f, info.Size())
}

// FromSilero writes the ggml form of silero_vad.jit (v6.2, a zip of size bytes) to w.
// Only its 16 kHz weights are used.
func FromSilero(ctx context.Context, w io.Writer, r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrNotSilero, err)
	}
	entries := make(map[int]*zip.File)
	for _, f := range archive.File {
		dir, base := path.Split(f.Name)
		if n, err := strconv.Atoi(base); err == nil && path.Base(dir) == "data" {
			entries[n] = f
		}
	}
	out := bufio.NewWriter(w)
	if err := writeInts(out, Magic, int32(len(sileroName))); err != nil {
		return err
	}
	if _, err := out.WriteString(sileroName); err != nil {
		return err
	}
	if err := writeInts(out, sileroHeader...); err != nil {
		return err
	}
	for _, t := range sileroTensors {
		if err := t.copy(ctx, out, entries[t.entry]); err != nil {
			return fmt.Errorf("convert the voice detector: %s: %w", t.name, err)
		}
	}
	return out.Flush()
}

func (t sileroTensor) copy(ctx context.Context, w io.Writer, entry *zip.File) error {
	elements := int64(1)
	head := tensorHead{name: t.name, kind: t.kind}
	for i := len(t.dims) - 1; i >= 0; i-- {
		head.dims = append(head.dims, t.dims[i])
		elements *= int64(t.dims[i])
	}
	if entry == nil || entry.UncompressedSize64 != uint64(4*elements) {
		return fmt.Errorf("%w: entry data/%d is missing or of another size", ErrNotSilero, t.entry)
	}
	if err := head.write(w); err != nil {
		return err
	}
	data, err := entry.Open()
	if err != nil {
		return err
	}
	defer data.Close()
	if err := convert(ctx, w, t.kind, data, ctFloat32, elements); err != nil {
		return err
	}
	// Reading on to the end makes the archive check the entry's own checksum.
	n, err := io.Copy(io.Discard, data)
	if err == nil && n != 0 {
		err = ErrNotSilero
	}
	return err
}
