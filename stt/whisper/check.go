package whisper

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"deputy/stt"
)

// noModel is the error for a model file that can't be used; it says how to mend it.
func noModel(path, what string) error {
	return fmt.Errorf("%w: %s: %s; get it again with `deputy models pull`", stt.ErrNoModel, path, what)
}

// CheckModel walks through a whisper.cpp model file without loading it: the
// library trusts what it reads, and would abort the process on some damage and
// write nonsense on other. sum, in hexadecimal, is checked too unless it is "".
// The error wraps stt.ErrNoModel.
func CheckModel(path, sum string) error {
	f, size, err := openModel(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := walkModel(f, size); err != nil {
		return noModel(path, "the file is cut or altered ("+err.Error()+")")
	}
	return checkSum(f, path, sum)
}

// Find says whether there is a model file at all, without reading it. The error
// wraps stt.ErrNoModel.
func Find(path string) error {
	f, _, err := openModel(path)
	if err != nil {
		return err
	}
	return f.Close()
}

func openModel(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, noModel(path, "there is no such file")
	}
	if err != nil {
		return nil, 0, noModel(path, "it can't be read ("+err.Error()+")")
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, 0, noModel(path, "it is no file")
	}
	return f, info.Size(), nil
}

func checkSum(f *os.File, path, want string) error {
	if want == "" {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return noModel(path, "it can't be read ("+err.Error()+")")
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return noModel(path, "it can't be read ("+err.Error()+")")
	}
	if got := hex.EncodeToString(h.Sum(nil)); !strings.EqualFold(got, want) {
		return noModel(path, "the file is altered: its checksum is "+got+", not "+want)
	}
	return nil
}

const (
	ggmlMagic = 0x67676d6c
	maxDims   = 4
	maxText   = 1 << 10 // no token and no tensor's name is longer
)

// block is how many values a tensor type packs into how many bytes.
type block struct{ values, bytes int64 }

// blocks are ggml's tensor types by number, as far as whisper models use them.
var blocks = map[int32]block{
	0: {1, 4}, 1: {1, 2}, 2: {32, 18}, 3: {32, 20}, 6: {32, 22}, 7: {32, 24}, 8: {32, 34},
	10: {256, 84}, 11: {256, 110}, 12: {256, 144}, 13: {256, 176}, 14: {256, 210}, 30: {1, 2},
}

// A walker reads little-endian numbers and skips what lies between, remembering
// the first error.
type walker struct {
	r    *bufio.Reader
	at   int64
	size int64
	err  error
}

func (w *walker) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *walker) i32() int32 {
	var b [4]byte
	w.bytes(b[:])
	return int32(binary.LittleEndian.Uint32(b[:]))
}

func (w *walker) bytes(b []byte) {
	if w.err != nil {
		return
	}
	n, err := io.ReadFull(w.r, b)
	w.at += int64(n)
	if err != nil {
		w.fail("it ends after %d bytes", w.at)
	}
}

func (w *walker) skip(n int64) {
	if w.err != nil {
		return
	}
	if n < 0 || n > w.size-w.at {
		w.fail("it ends after %d bytes, within a part of %d", w.size, n)
		return
	}
	for n > 0 {
		d, err := w.r.Discard(int(min(n, 1<<30)))
		w.at += int64(d)
		n -= int64(d)
		if err != nil {
			w.fail("it ends after %d bytes", w.at)
			return
		}
	}
}

// count reads a number that must lie within [low, high].
func (w *walker) count(what string, low, high int32) int64 {
	n := w.i32()
	if w.err == nil && (n < low || n > high) {
		w.fail("%s is %d", what, n)
		return 0
	}
	return int64(n)
}

// walkModel checks the structure of a whisper model of size bytes.
func walkModel(r io.Reader, size int64) error {
	w := &walker{r: bufio.NewReaderSize(r, 1<<16), size: size}
	if w.i32() != ggmlMagic {
		w.fail("it is no ggml model")
	}
	w.count("the vocabulary", 50000, 60000)
	w.count("the audio context", fullWindow, fullWindow) // windowFor relies on it
	w.count("the audio state", 64, 8192)
	w.count("the number of audio heads", 1, 256)
	audio := w.count("the number of audio layers", 1, 128)
	w.count("the text context", 1, 4096)
	w.count("the text state", 64, 8192)
	w.count("the number of text heads", 1, 256)
	text := w.count("the number of text layers", 1, 128)
	mels := w.count("the number of mel bands", 1, 1024)
	w.i32() // the type of the weights, with the quantiser's version
	if w.count("the number of mel filters", 1, 1024) != mels {
		w.fail("the mel filters don't fit")
	}
	w.skip(4 * mels * w.count("the filters' length", 1, 4096))
	for range w.count("the number of tokens", 50000, 60000) {
		if w.skip(w.count("a token's length", 0, maxText)); w.err != nil {
			return w.err
		}
	}
	tensors := walkTensors(w, nil)
	if want := 11 + 15*audio + 24*text; w.err == nil && tensors != want {
		w.fail("it holds %d tensors, not %d", tensors, want)
	}
	return w.err
}

// walkTensors goes to the end of the file and counts the tensors. each, if any,
// reads a tensor's data; otherwise it is skipped.
func walkTensors(w *walker, each func(name string, kind int32, data []byte)) (n int64) {
	for ; w.err == nil && w.at < w.size; n++ {
		dims := w.count("a tensor's number of dimensions", 0, maxDims)
		length := w.count("a name's length", 1, maxText)
		kind := w.i32()
		b, ok := blocks[kind]
		if w.err == nil && !ok {
			w.fail("a tensor has the unknown type %d", kind)
		}
		values := int64(1)
		for range dims {
			if values *= w.count("a tensor's length", 1, 1<<20); values > 1<<33 {
				w.fail("a tensor has %d values", values)
				return n
			}
		}
		if w.err != nil {
			return n
		}
		if values%b.values != 0 {
			w.fail("a tensor's length is %d, no multiple of %d", values, b.values)
			return n
		}
		name := make([]byte, length)
		w.bytes(name)
		size := values / b.values * b.bytes
		if each == nil || size > w.size-w.at {
			w.skip(size)
			continue
		}
		data := make([]byte, size)
		w.bytes(data)
		if w.err == nil {
			each(string(name), kind, data)
		}
	}
	return n
}
