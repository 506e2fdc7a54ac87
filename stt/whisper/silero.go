package whisper

import (
	"bufio"
	"fmt"

	"deputy/audio"
)

// The Silero detector's tensors, in the order of the file and of the shim.
var sileroTensors = []struct {
	name string
	kind int32 // 0 is f32, 1 is f16
	size int   // in values
}{
	{"_model.encoder.0.reparam_conv.weight", 1, 3 * 129 * 128}, {"_model.encoder.0.reparam_conv.bias", 0, 128},
	{"_model.encoder.1.reparam_conv.weight", 1, 3 * 128 * 64}, {"_model.encoder.1.reparam_conv.bias", 0, 64},
	{"_model.encoder.2.reparam_conv.weight", 1, 3 * 64 * 64}, {"_model.encoder.2.reparam_conv.bias", 0, 64},
	{"_model.encoder.3.reparam_conv.weight", 1, 3 * 64 * 128}, {"_model.encoder.3.reparam_conv.bias", 0, 128},
	{"_model.decoder.rnn.weight_ih", 0, 128 * 512}, {"_model.decoder.rnn.weight_hh", 0, 128 * 512},
	{"_model.decoder.rnn.bias_ih", 0, 512}, {"_model.decoder.rnn.bias_hh", 0, 512},
	{"_model.decoder.decoder.2.weight", 1, 128}, {"_model.decoder.decoder.2.bias", 0, 1},
	{"_model.stft.forward_basis_buffer", 1, 256 * 258},
}

// readSilero reads the tensors' bytes from the detector's model file, in the order
// of sileroTensors. The error wraps stt.ErrNoModel.
func readSilero(path string) ([][]byte, error) {
	f, size, err := openModel(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := parseSilero(&walker{r: bufio.NewReader(f), size: size})
	if err != nil {
		return nil, noModel(path, "the file is cut or altered ("+err.Error()+")")
	}
	return out, nil
}

func parseSilero(w *walker) ([][]byte, error) {
	if w.i32() != ggmlMagic {
		w.fail("it is no ggml model")
	}
	kind := make([]byte, w.count("the name's length", 1, maxText))
	w.bytes(kind)
	if w.err == nil && string(kind) != "silero-16k" {
		w.fail("it is a model of the kind %q", kind)
	}
	// The version, the window and the layers' sizes: what else they could be, the
	// shim doesn't compute.
	if major := w.i32(); w.err == nil && major != 5 && major != 6 {
		w.fail("it is version %d of Silero", major)
	}
	w.i32()
	w.i32()
	for i, want := range []int32{512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1} {
		if got := w.i32(); w.err == nil && got != want {
			w.fail("its size %d is %d, not %d", i, got, want)
		}
	}
	found := map[string][]byte{}
	walkTensors(w, func(name string, kind int32, data []byte) {
		for _, t := range sileroTensors {
			if b := blocks[kind]; t.name == name && t.kind == kind && int64(len(data)) == int64(t.size)/b.values*b.bytes {
				found[name] = data
			}
		}
	})
	if w.err != nil {
		return nil, w.err
	}
	var out [][]byte
	for _, t := range sileroTensors {
		if found[t.name] == nil {
			return nil, fmt.Errorf("it lacks %s", t.name)
		}
		out = append(out, found[t.name])
	}
	return out, nil
}

// sidePad is how many samples the network sees on either side of a window.
const sidePad = 64

// A padder puts a window between what the network wants around it.
type padder struct {
	buf [sidePad + audio.ScoreSize + sidePad]float32
}

// around lays frame between its own mirror images, as whisper.cpp does, and makes
// silence of what isn't a number: one such sample would stay in the network's
// state for good.
func (p *padder) around(frame []float32) []float32 {
	b := p.buf[:]
	for i, s := range frame {
		if !(s >= -8 && s <= 8) {
			s = 0
		}
		b[sidePad+i] = s
	}
	last := sidePad + len(frame) - 1
	for i := 1; i <= sidePad; i++ {
		b[sidePad-i] = b[sidePad+i]
		b[last+i] = b[last-i]
	}
	return b
}
