package ggml

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The real file, taken apart into CTranslate2's layout and put together again, must
// come out bit for bit: names, order, shapes, mel filters and vocabulary.
func TestFromCT2RealBase(t *testing.T) {
	raw := cached(t, "ggml-base.bin")
	const want = "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"
	if got := sum(raw); got != want {
		t.Fatalf("the cached file has SHA-256 %s: run deputy models verify", got)
	}
	vars, vocabulary := takeApart(t, parse(t, raw))
	ct2 := buildCT2("WhisperSpec", vars)
	var out bytes.Buffer
	if err := FromCT2(context.Background(), &out, bytes.NewReader(ct2), int64(len(ct2)), vocabulary); err != nil {
		t.Fatal(err)
	}
	if got := sum(out.Bytes()); got != want {
		t.Errorf("got SHA-256 %s, want %s", got, want)
	}
}

// takeApart is the converter's inverse. Key biases, which ggml leaves out, are zeros.
func takeApart(t *testing.T, m model) ([]ctVar, []string) {
	t.Helper()
	spelling := map[byte]rune{}
	for r, b := range printable {
		spelling[b] = r
	}
	var vocabulary []string
	for _, token := range m.tokens {
		var s strings.Builder
		for _, b := range []byte(token) {
			s.WriteRune(spelling[b])
		}
		vocabulary = append(vocabulary, s.String())
	}
	vocabulary = append(vocabulary, endOfText)
	vars := []ctVar{{"encoder/num_heads", nil, ctInt16, []byte{byte(m.header[4]), 0}}, {"decoder/num_heads", nil, ctInt16, []byte{byte(m.header[8]), 0}}}
	put := func(name string, parts ...string) {
		v := ctVar{name: name}
		for _, part := range parts {
			x := m.find(t, part)
			v.kind = [...]byte{ctFloat32, ctFloat16}[x.kind]
			if strings.Contains(name, "conv") && strings.HasSuffix(name, "bias") {
				x.dims = x.dims[1:]
			}
			dims := slices.Clone(x.dims)
			slices.Reverse(dims)
			if v.dims == nil {
				for _, d := range dims {
					v.dims = append(v.dims, uint32(d))
				}
			} else {
				v.dims[0] += uint32(dims[0])
			}
			v.data = append(v.data, x.data...)
		}
		vars = append(vars, v)
	}
	norm := func(to, from string) { put(to+"/gamma", from+".weight"); put(to+"/beta", from+".bias") }
	pair := func(to, from string) { put(to+"/weight", from+".weight"); put(to+"/bias", from+".bias") }
	put("decoder/embeddings/weight", "decoder.token_embedding.weight")
	put("decoder/position_encodings/encodings", "decoder.positional_embedding")
	put("encoder/position_encodings/encodings", "encoder.positional_embedding")
	pair("encoder/conv1", "encoder.conv1")
	pair("encoder/conv2", "encoder.conv2")
	norm("encoder/layer_norm", "encoder.ln_post")
	norm("decoder/layer_norm", "decoder.ln")
	block := func(to, from string, cross bool) {
		norm(to+"/ffn/layer_norm", from+".mlp_ln")
		pair(to+"/ffn/linear_0", from+".mlp.0")
		pair(to+"/ffn/linear_1", from+".mlp.2")
		norm(to+"/self_attention/layer_norm", from+".attn_ln")
		put(to+"/self_attention/linear_0/weight", from+".attn.query.weight", from+".attn.key.weight", from+".attn.value.weight")
		zero := m.find(t, from+".attn.query.bias")
		zero.name, zero.data = from+".attn.zero", make([]byte, len(zero.data))
		m.tensors = append(m.tensors, zero)
		put(to+"/self_attention/linear_0/bias", from+".attn.query.bias", from+".attn.zero", from+".attn.value.bias")
		pair(to+"/self_attention/linear_1", from+".attn.out")
		if cross {
			norm(to+"/attention/layer_norm", from+".cross_attn_ln")
			pair(to+"/attention/linear_0", from+".cross_attn.query")
			put(to+"/attention/linear_1/weight", from+".cross_attn.key.weight", from+".cross_attn.value.weight")
			put(to+"/attention/linear_1/bias", from+".attn.zero", from+".cross_attn.value.bias")
			pair(to+"/attention/linear_2", from+".cross_attn.out")
		}
	}
	for i := range m.header[5] {
		block(fmt.Sprintf("encoder/layer_%d", i), fmt.Sprintf("encoder.blocks.%d", i), false)
	}
	for i := range m.header[9] {
		block(fmt.Sprintf("decoder/layer_%d", i), fmt.Sprintf("decoder.blocks.%d", i), true)
	}
	return vars, vocabulary
}
