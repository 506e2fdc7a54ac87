package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/cmd/internal/app"
	"deputy/configs/models"
	"deputy/stt/ggml"
)

// runModels runs "deputy models" with arguments and returns what it prints.
func runModels(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := modelsCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(context.Background())
	return out.String(), err
}

func TestEveryRecipeIsKnown(t *testing.T) {
	for _, m := range models.Embedded() {
		for _, p := range m.Places {
			if p.Recipe != "" && app.Recipes[p.Recipe] == nil {
				t.Errorf("%s: no recipe is called %q", m.Name, p.Recipe)
			}
		}
	}
}

func TestModelsListAndVerify(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ggml-base.bin"), []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runModels("list", "--json", "--dir", dir)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for line := range strings.Lines(out) {
		var m struct{ Name, State, Path string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q is not JSON: %v", line, err)
		}
		states[m.Name] = m.State
	}
	if states["base"] != "altered" || states["silero"] != "missing" || len(states) != len(models.Embedded()) {
		t.Errorf("got %v, want base altered and the others missing", states)
	}
	out, err = runModels("list", "--dir", dir)
	if err != nil || !strings.Contains(out, "[not pinned yet]") || !strings.Contains(out, "[default]") {
		t.Errorf("got %v and\n%s", err, out)
	}
	out, err = runModels("verify", "--dir", dir)
	if err == nil || !strings.Contains(err.Error(), "deputy models pull base") || !strings.Contains(out, "3 bytes") {
		t.Errorf("got %v and %q, want base named with what to do", err, out)
	}
	if _, err = runModels("verify", "silero", "--dir", dir); err == nil {
		t.Error("a missing model that was named passes")
	}
	if _, err = runModels("pull", "nonsense", "--dir", dir); err == nil || !strings.Contains(err.Error(), "known: base") {
		t.Errorf("got %v, want the known names", err)
	}
}

func TestModelsImport(t *testing.T) {
	hub := filepath.Join(t.TempDir(), "models--Someone--faster-whisper-mini")
	src := filepath.Join(hub, "snapshots", "0123abcd")
	if err := os.MkdirAll(src, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"model.bin": blankCT2(), "vocabulary.txt": []byte("a\nb\n<|endoftext|>\n")} {
		if err := os.WriteFile(filepath.Join(src, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, from := range []string{hub, src} {
		dir := t.TempDir()
		out, err := runModels("import", from, "--dir", dir)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out, "stt.model: ggml-faster-whisper-mini.bin") {
			t.Errorf("got %q, want the setting to use", out)
		}
		file := models.Embedded().Path(dir, "faster-whisper-mini")
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if layers := binary.LittleEndian.Uint32(raw[36:]); layers != 1 {
			t.Errorf("got %d layers, want 1", layers)
		}
		if err := ggml.ToBF16(t.Context(), io.Discard, bytes.NewReader(raw)); err != nil {
			t.Errorf("the file is not whole: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".import-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestModelsImportRefuses(t *testing.T) {
	dir, src := t.TempDir(), t.TempDir()
	write := func(name string, raw []byte) {
		if err := os.WriteFile(filepath.Join(src, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string, args ...string) {
		t.Helper()
		_, err := runModels(append([]string{"import", "--dir", dir}, args...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
	expect("holds no model.bin", src)
	write("model.bin", []byte("not a model"))
	expect("no vocabulary.json and no vocabulary.txt", src)
	write("vocabulary.txt", []byte("a\n<|endoftext|>\n"))
	expect("not a CTranslate2 Whisper model", src)
	write("model.bin", blankCT2()[:500])
	expect("breaks off", src)
	expect("choose one with --name", src, "--name", "../x")
	left, _ := os.ReadDir(dir)
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// blankCT2 is a CTranslate2 Whisper of one layer each way whose weights are all zero.
func blankCT2() []byte {
	var b []byte
	u16 := func(v int) { b = binary.LittleEndian.AppendUint16(b, uint16(v)) }
	u32 := func(v int) { b = binary.LittleEndian.AppendUint32(b, uint32(v)) }
	text := func(s string) { u16(len(s) + 1); b = append(append(b, s...), 0) }
	count := 0
	array := func(name string, dims ...int) {
		count++
		text(name)
		b = append(b, byte(len(dims)))
		n := 4
		for _, d := range dims {
			u32(d)
			n *= d
		}
		b = append(b, 0)
		u32(n)
		b = append(b, make([]byte, n)...)
	}
	const n = 32
	pair := func(name string, out, in int) { array(name+"/weight", out, in); array(name+"/bias", out) }
	norm := func(name string) { array(name+"/gamma", n); array(name+"/beta", n) }
	for _, side := range []string{"encoder", "decoder"} {
		count++
		text(side + "/num_heads")
		b = append(b, 0, 2)
		u32(2)
		u16(2)
		norm(side + "/layer_norm")
		array(side+"/position_encodings/encodings", 4, n)
		layer := fmt.Sprintf("%s/layer_0", side)
		norm(layer + "/ffn/layer_norm")
		pair(layer+"/ffn/linear_0", 4*n, n)
		pair(layer+"/ffn/linear_1", n, 4*n)
		norm(layer + "/self_attention/layer_norm")
		pair(layer+"/self_attention/linear_0", 3*n, n)
		pair(layer+"/self_attention/linear_1", n, n)
	}
	norm("decoder/layer_0/attention/layer_norm")
	for i, out := range []int{n, 2 * n, n} {
		pair(fmt.Sprintf("decoder/layer_0/attention/linear_%d", i), out, n)
	}
	array("decoder/embeddings/weight", 5, n)
	array("encoder/conv1/weight", n, 80, 3)
	array("encoder/conv1/bias", n)
	array("encoder/conv2/weight", n, n, 3)
	array("encoder/conv2/bias", n)
	body := b
	b = nil
	u32(6)
	text("WhisperSpec")
	u32(3)
	u32(count)
	b = append(b, body...)
	u32(0)
	return b
}
