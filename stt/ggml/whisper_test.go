package ggml

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var small = tiny{vocab: 9, audioCtx: 5, textCtx: 4, state: 32, mels: 80, audioLayers: 1, textLayers: 2, kind: ctFloat16}

// smallVocabulary has a space, a byte that is no letter, half a Hangul syllable and the
// empty token in GPT-2's spelling.
var smallVocabulary = []string{"a", "Ġthe", "Ċ", "ê°", "", endOfText, "<|en|>"}

func convertTiny(t testing.TB, m tiny) model {
	t.Helper()
	raw := buildCT2("WhisperSpec", m.variables())
	var out bytes.Buffer
	if err := FromCT2(context.Background(), &out, bytes.NewReader(raw), int64(len(raw)), smallVocabulary); err != nil {
		t.Fatal(err)
	}
	h, err := inspect(context.Background(), bytes.NewReader(out.Bytes()))
	if err != nil || h.Mels != int32(m.mels) {
		t.Fatalf("the file written does not pass: %+v %v", h, err)
	}
	return parse(t, out.Bytes())
}

func TestFromCT2Layout(t *testing.T) {
	got := convertTiny(t, small)
	if want := []int32{Magic, 9, 5, 32, 2, 1, 4, 32, 2, 2, 80, 1}; !slices.Equal(got.header, want) {
		t.Errorf("header: got %v, want %v", got.header, want)
	}
	if diff := cmp.Diff([]string{"a", " the", "\n", "\xea\xb0", ""}, got.tokens); diff != "" {
		t.Errorf("vocabulary (-want +got):\n%s", diff)
	}
	var order []string
	for _, x := range got.tensors {
		order = append(order, fmt.Sprintf("%s %d %v", x.name, x.kind, x.dims))
	}
	block := func(name string, cross bool) (lines []string) {
		attention := func(a string) {
			lines = append(lines, name+a+".query.weight 1 [32 32]", name+a+".query.bias 0 [32]", name+a+".key.weight 1 [32 32]",
				name+a+".value.weight 1 [32 32]", name+a+".value.bias 0 [32]", name+a+".out.weight 1 [32 32]", name+a+".out.bias 0 [32]")
		}
		norm := func(a string) { lines = append(lines, name+a+".weight 0 [32]", name+a+".bias 0 [32]") }
		norm(".mlp_ln")
		lines = append(lines, name+".mlp.0.weight 1 [32 128]", name+".mlp.0.bias 0 [128]", name+".mlp.2.weight 1 [128 32]", name+".mlp.2.bias 0 [32]")
		norm(".attn_ln")
		attention(".attn")
		if cross {
			norm(".cross_attn_ln")
			attention(".cross_attn")
		}
		return lines
	}
	want := slices.Concat(
		[]string{"decoder.positional_embedding 0 [32 4]", "encoder.positional_embedding 0 [32 5]", "decoder.token_embedding.weight 1 [32 9]"},
		block("decoder.blocks.0", true), block("decoder.blocks.1", true),
		[]string{"decoder.ln.weight 0 [32]", "decoder.ln.bias 0 [32]", "encoder.conv1.weight 1 [3 80 32]", "encoder.conv1.bias 0 [1 32]",
			"encoder.conv2.weight 1 [3 32 32]", "encoder.conv2.bias 0 [1 32]"},
		block("encoder.blocks.0", false),
		[]string{"encoder.ln_post.weight 0 [32]", "encoder.ln_post.bias 0 [32]"})
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("tensors (-want +got):\n%s", diff)
	}
}

func TestFromCT2Values(t *testing.T) {
	for _, kind := range []byte{ctFloat32, ctFloat16, ctBfloat16} {
		m := small
		m.kind, m.mels = kind, 128
		got := convertTiny(t, m)
		n := int(m.state)
		for _, c := range []struct {
			tensor, from string
			first, count int
		}{
			{"decoder.token_embedding.weight", "decoder/embeddings/weight", 0, 9 * n},
			{"encoder.positional_embedding", "encoder/position_encodings/encodings", 0, 5 * n},
			{"encoder.conv1.weight", "encoder/conv1/weight", 0, n * 128 * 3},
			{"encoder.conv2.bias", "encoder/conv2/bias", 0, n},
			{"decoder.blocks.1.attn.query.weight", "decoder/layer_1/self_attention/linear_0/weight", 0, n * n},
			{"decoder.blocks.1.attn.key.weight", "decoder/layer_1/self_attention/linear_0/weight", n * n, n * n},
			{"decoder.blocks.1.attn.value.weight", "decoder/layer_1/self_attention/linear_0/weight", 2 * n * n, n * n},
			{"encoder.blocks.0.attn.value.bias", "encoder/layer_0/self_attention/linear_0/bias", 2 * n, n},
			{"encoder.blocks.0.attn.out.bias", "encoder/layer_0/self_attention/linear_1/bias", 0, n},
			{"decoder.blocks.0.cross_attn.query.bias", "decoder/layer_0/attention/linear_0/bias", 0, n},
			{"decoder.blocks.0.cross_attn.key.weight", "decoder/layer_0/attention/linear_1/weight", 0, n * n},
			{"decoder.blocks.0.cross_attn.value.weight", "decoder/layer_0/attention/linear_1/weight", n * n, n * n},
			{"decoder.blocks.0.cross_attn.value.bias", "decoder/layer_0/attention/linear_1/bias", n, n},
			{"decoder.blocks.0.cross_attn.out.weight", "decoder/layer_0/attention/linear_2/weight", 0, n * n},
			{"decoder.blocks.0.mlp.2.weight", "decoder/layer_0/ffn/linear_1/weight", 0, 4 * n * n},
			{"encoder.ln_post.weight", "encoder/layer_norm/gamma", 0, n},
			{"decoder.ln.bias", "decoder/layer_norm/beta", 0, n},
		} {
			var want []float32
			for i := range c.count {
				want = append(want, value(c.from, c.first+i))
			}
			if got := got.find(t, c.tensor).floats(); !slices.Equal(got, want) {
				t.Errorf("element type %d: %s does not hold %s from %d on", kind, c.tensor, c.from, c.first)
			}
		}
	}
}

func TestFromCT2Refuses(t *testing.T) {
	whole := buildCT2("WhisperSpec", small.variables())
	without := func(name string) []byte {
		return buildCT2("WhisperSpec", slices.DeleteFunc(small.variables(), func(v ctVar) bool { return v.name == name }))
	}
	quantised := small
	quantised.kind = ctInt8
	version := slices.Clone(whole)
	version[0] = 5
	reshaped := small.variables()
	for i := range reshaped {
		if reshaped[i].name == "decoder/layer_0/ffn/linear_0/weight" {
			reshaped[i] = small.array(reshaped[i].name, 32, 128)
		}
	}
	cases := []struct {
		name  string
		raw   []byte
		vocab []string
		want  string
	}{
		{"empty", nil, smallVocabulary, "not a CTranslate2 Whisper model"},
		{"text", []byte("This is no model, whatever it is called."), smallVocabulary, "not a CTranslate2 Whisper model"},
		{"ggml", binary.LittleEndian.AppendUint32(nil, Magic), smallVocabulary, "not a CTranslate2 Whisper model"},
		{"another model", buildCT2("TransformerSpec", small.variables()), smallVocabulary, `it holds a "TransformerSpec"`},
		{"another version", version, smallVocabulary, "version 5 is not supported"},
		{"cut", whole[:len(whole)*2/3], smallVocabulary, "breaks off"},
		{"int8", buildCT2("WhisperSpec", quantised.variables()), smallVocabulary, "take the float16 or float32 form"},
		{"a variable missing", without("decoder/layer_1/attention/linear_1/bias"), smallVocabulary, "has no decoder/layer_1/attention/linear_1/bias"},
		{"heads missing", without("encoder/num_heads"), smallVocabulary, "has no encoder/num_heads"},
		{"another shape", buildCT2("WhisperSpec", reshaped), smallVocabulary, "has shape [32 128], not [128 32]"},
		{"vocabulary too long", whole, make([]string, 10), "don't belong together"},
		{"not Whisper's vocabulary", whole, []string{"a", "b"}, "no <|endoftext|>"},
		{"not a byte-level vocabulary", whole, []string{"가", endOfText}, "outside the byte alphabet"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := FromCT2(context.Background(), io.Discard, bytes.NewReader(c.raw), int64(len(c.raw)), c.vocab)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Wherever a file is cut, it is refused.
func TestFromCT2CutAnywhere(t *testing.T) {
	whole := buildCT2("WhisperSpec", small.variables())
	for n := 0; n < len(whole); n += 1 + n/50 {
		err := FromCT2(context.Background(), io.Discard, bytes.NewReader(whole[:n]), int64(n), smallVocabulary)
		if err == nil {
			t.Fatalf("%d of %d bytes were taken for a model", n, len(whole))
		}
	}
}

func TestFromCT2Cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	raw := buildCT2("WhisperSpec", small.variables())
	if err := FromCT2(ctx, io.Discard, bytes.NewReader(raw), int64(len(raw)), smallVocabulary); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestFromCT2Dir(t *testing.T) {
	write := func(dir, file string, raw []byte) {
		if err := os.WriteFile(filepath.Join(dir, file), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	asText, asJSON := t.TempDir(), t.TempDir()
	for _, dir := range []string{asText, asJSON} {
		write(dir, "model.bin", buildCT2("WhisperSpec", small.variables()))
	}
	write(asText, "vocabulary.txt", []byte(strings.Join(smallVocabulary, "\n")+"\n"))
	write(asJSON, "vocabulary.json", []byte(`["a","Ġthe","Ċ","ê°","","<|endoftext|>","<|en|>"]`))
	var a, b bytes.Buffer
	if err := FromCT2Dir(context.Background(), &a, asText); err != nil {
		t.Fatal(err)
	}
	if err := FromCT2Dir(context.Background(), &b, asJSON); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("vocabulary.txt and vocabulary.json give different files")
	}
	write(asJSON, "vocabulary.json", []byte(`{"a":1}`))
	if err := FromCT2Dir(context.Background(), io.Discard, asJSON); err == nil || !strings.Contains(err.Error(), "not a list of tokens") {
		t.Errorf("got %v, want the vocabulary refused", err)
	}
	if err := FromCT2Dir(context.Background(), io.Discard, t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty directory: got %v, want os.ErrNotExist", err)
	}
}

func FuzzFromCT2(f *testing.F) {
	f.Add(buildCT2("WhisperSpec", small.variables()))
	f.Add(buildCT2("WhisperSpec", small.variables()[:3]))
	f.Add([]byte{6, 0, 0, 0, 12, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var out bytes.Buffer
		err := FromCT2(context.Background(), &out, bytes.NewReader(raw), int64(len(raw)), smallVocabulary)
		if err != nil {
			return
		}
		if _, err := inspect(context.Background(), &out); err != nil {
			t.Errorf("what was written does not pass: %v", err)
		}
	})
}
