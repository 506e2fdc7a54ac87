package ggml

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// FromCT2Dir writes the ggml form of the CTranslate2 Whisper model in dir to w: what
// faster-whisper and ct2-transformers-converter leave behind, model.bin and
// vocabulary.json or vocabulary.txt, unquantised (float32, float16 or bfloat16), any
// size from tiny to large-v3. The size follows from the shapes in the file. It holds a
// few megabytes at a time; w need not be buffered.
func FromCT2Dir(ctx context.Context, w io.Writer, dir string) error {
	vocabulary, err := readVocabulary(dir)
	if err != nil {
		return fmt.Errorf("import %s: %w", dir, err)
	}
	f, err := os.Open(filepath.Join(dir, "model.bin"))
	if err != nil {
		return fmt.Errorf("import: no model.bin of a faster-whisper model: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("import %s: %w", dir, err)
	}
	if err := FromCT2(ctx, w, f, info.Size(), vocabulary); err != nil {
		return fmt.Errorf("import %s: %w", f.Name(), err)
	}
	return nil
}

// FromCT2 is FromCT2Dir for a model.bin of size bytes and the vocabulary's lines, one
// a token in the order of their numbers, in GPT-2's printable spelling.
func FromCT2(ctx context.Context, w io.Writer, model io.ReaderAt, size int64, vocabulary []string) error {
	ix, err := indexCT2(model, size)
	if err != nil {
		return err
	}
	h, err := ix.header()
	if err != nil {
		return err
	}
	tokens, err := textTokens(vocabulary, int(h.Vocab))
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	if err := writePreamble(out, h, tokens); err != nil {
		return err
	}
	c := &converter{ctx: ctx, ix: ix, w: out}
	c.whisper(h)
	if c.err != nil {
		return c.err
	}
	return out.Flush()
}

// header reads the model's sizes off its shapes.
func (ix *ctIndex) header() (Header, error) {
	tokens, err := ix.find("decoder/embeddings/weight", -1, -1)
	if err != nil {
		return Header{}, err
	}
	text, err := ix.find("decoder/position_encodings/encodings", -1, tokens.dims[1])
	if err != nil {
		return Header{}, err
	}
	audio, err := ix.find("encoder/position_encodings/encodings", -1, -1)
	if err != nil {
		return Header{}, err
	}
	mels, err := ix.find("encoder/conv1/weight", audio.dims[1], -1, 3)
	if err != nil {
		return Header{}, err
	}
	audioHeads, err := ix.number("encoder/num_heads")
	if err != nil {
		return Header{}, err
	}
	textHeads, err := ix.number("decoder/num_heads")
	if err != nil {
		return Header{}, err
	}
	for _, d := range []int64{tokens.dims[0], tokens.dims[1], text.dims[0], audio.dims[0], audio.dims[1], mels.dims[1]} {
		if d > maxVocab {
			return Header{}, fmt.Errorf("%w: a dimension of %d", ErrNotCT2, d)
		}
	}
	h := Header{
		Vocab: int32(tokens.dims[0]), AudioCtx: int32(audio.dims[0]), AudioState: int32(audio.dims[1]),
		AudioHead: int32(audioHeads), AudioLayer: int32(ix.layers("encoder/layer")),
		TextCtx: int32(text.dims[0]), TextState: int32(tokens.dims[1]),
		TextHead: int32(textHeads), TextLayer: int32(ix.layers("decoder/layer")),
		Mels: int32(mels.dims[1]), Format: int32(F16),
	}
	return h, h.check()
}

func writePreamble(w io.Writer, h Header, tokens [][]byte) error {
	if err := writeInts(w, append([]int32{Magic}, h.ints()...)...); err != nil {
		return err
	}
	if err := writeInts(w, h.Mels, melBins); err != nil {
		return err
	}
	var raw []byte
	for _, f := range melFilters(int(h.Mels)) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := writeInts(w, int32(len(tokens))); err != nil {
		return err
	}
	for _, t := range tokens {
		if err := writeInts(w, int32(len(t))); err != nil {
			return err
		}
		if _, err := w.Write(t); err != nil {
			return err
		}
	}
	return nil
}

// converter writes tensors one after the other and keeps the first error.
type converter struct {
	ctx context.Context
	ix  *ctIndex
	w   io.Writer
	err error
}

// whisper writes every tensor in the order of the canonical files.
func (c *converter) whisper(h Header) {
	audio, text := int64(h.AudioState), int64(h.TextState)
	c.tensor("decoder.positional_embedding", F32, "decoder/position_encodings/encodings", int64(h.TextCtx), text)
	c.tensor("encoder.positional_embedding", F32, "encoder/position_encodings/encodings", int64(h.AudioCtx), audio)
	c.tensor("decoder.token_embedding.weight", F16, "decoder/embeddings/weight", int64(h.Vocab), text)
	for i := range h.TextLayer {
		to, from := fmt.Sprintf("decoder.blocks.%d", i), fmt.Sprintf("decoder/layer_%d", i)
		c.feedForward(to, from, text)
		c.norm(to+".attn_ln", from+"/self_attention/layer_norm", text)
		c.selfAttention(to+".attn", from+"/self_attention", text)
		c.norm(to+".cross_attn_ln", from+"/attention/layer_norm", text)
		c.crossAttention(to+".cross_attn", from+"/attention", text, audio)
	}
	c.norm("decoder.ln", "decoder/layer_norm", text)
	c.convolution("encoder.conv1", "encoder/conv1", audio, int64(h.Mels))
	c.convolution("encoder.conv2", "encoder/conv2", audio, audio)
	for i := range h.AudioLayer {
		to, from := fmt.Sprintf("encoder.blocks.%d", i), fmt.Sprintf("encoder/layer_%d", i)
		c.feedForward(to, from, audio)
		c.norm(to+".attn_ln", from+"/self_attention/layer_norm", audio)
		c.selfAttention(to+".attn", from+"/self_attention", audio)
	}
	c.norm("encoder.ln_post", "encoder/layer_norm", audio)
}

func (c *converter) norm(to, from string, n int64) {
	c.tensor(to+".weight", F32, from+"/gamma", n)
	c.tensor(to+".bias", F32, from+"/beta", n)
}

// feedForward is a block's mlp with its norm; the hidden layer is four times as wide.
func (c *converter) feedForward(to, from string, n int64) {
	c.norm(to+".mlp_ln", from+"/ffn/layer_norm", n)
	c.tensor(to+".mlp.0.weight", F16, from+"/ffn/linear_0/weight", 4*n, n)
	c.tensor(to+".mlp.0.bias", F32, from+"/ffn/linear_0/bias", 4*n)
	c.tensor(to+".mlp.2.weight", F16, from+"/ffn/linear_1/weight", n, 4*n)
	c.tensor(to+".mlp.2.bias", F32, from+"/ffn/linear_1/bias", n)
}

// selfAttention takes query, key and value out of one stacked matrix. The key has no
// bias in Whisper; CTranslate2 stores zeros in its place.
func (c *converter) selfAttention(to, from string, n int64) {
	w, b := from+"/linear_0/weight", from+"/linear_0/bias"
	c.slice(to+".query.weight", F16, w, []int64{3 * n, n}, 0, n)
	c.slice(to+".query.bias", F32, b, []int64{3 * n}, 0, n)
	c.slice(to+".key.weight", F16, w, []int64{3 * n, n}, n, n)
	c.slice(to+".value.weight", F16, w, []int64{3 * n, n}, 2*n, n)
	c.slice(to+".value.bias", F32, b, []int64{3 * n}, 2*n, n)
	c.tensor(to+".out.weight", F16, from+"/linear_1/weight", n, n)
	c.tensor(to+".out.bias", F32, from+"/linear_1/bias", n)
}

// crossAttention has the query by itself, key and value stacked.
func (c *converter) crossAttention(to, from string, n, audio int64) {
	c.tensor(to+".query.weight", F16, from+"/linear_0/weight", n, n)
	c.tensor(to+".query.bias", F32, from+"/linear_0/bias", n)
	w, b := from+"/linear_1/weight", from+"/linear_1/bias"
	c.slice(to+".key.weight", F16, w, []int64{2 * n, audio}, 0, n)
	c.slice(to+".value.weight", F16, w, []int64{2 * n, audio}, n, n)
	c.slice(to+".value.bias", F32, b, []int64{2 * n}, n, n)
	c.tensor(to+".out.weight", F16, from+"/linear_2/weight", n, n)
	c.tensor(to+".out.bias", F32, from+"/linear_2/bias", n)
}

// convolution's bias is a column [n, 1] in ggml.
func (c *converter) convolution(to, from string, out, in int64) {
	c.tensor(to+".weight", F16, from+"/weight", out, in, 3)
	c.slice(to+".bias", F32, from+"/bias", []int64{out}, 0, out, out, 1)
}

// tensor writes a variable whole. dims are row-major, as CTranslate2 has them.
func (c *converter) tensor(to string, kind ElementType, from string, dims ...int64) {
	c.slice(to, kind, from, dims, 0, dims[0])
}

// slice writes rows [first, first+rows) of the variable from, which must have the
// shape dims, under the name to. as, if given, is the shape to write instead.
func (c *converter) slice(to string, kind ElementType, from string, dims []int64, first, rows int64, as ...int64) {
	if c.err != nil {
		return
	}
	v, err := c.ix.find(from, dims...)
	if err != nil {
		c.err = err
		return
	}
	row := int64(1)
	for _, d := range dims[1:] {
		row *= d
	}
	if len(as) == 0 {
		as = append([]int64{rows}, dims[1:]...)
	}
	head := tensorHead{name: to, kind: kind}
	for i := len(as) - 1; i >= 0; i-- {
		head.dims = append(head.dims, int32(as[i]))
	}
	if err := head.write(c.w); err != nil {
		c.err = err
		return
	}
	size := ctSize[v.kind]
	data := io.NewSectionReader(c.ix.file, v.offset+first*row*size, rows*row*size)
	if err := convert(c.ctx, c.w, kind, data, v.kind, rows*row); err != nil {
		c.err = fmt.Errorf("%s: %w", from, err)
	}
}
