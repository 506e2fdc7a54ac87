package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/cpu"

	"deputy/configs"
	"deputy/configs/models"
	"deputy/stt/ggml"
)

// ModelFile is the file of a model: a name of the manifest, or a path.
func ModelFile(name string) string {
	return models.Embedded().Path(configs.UserPaths().Models(), name)
}

// The forms of whisper base between which "auto" chooses.
const (
	smallWeights = "base-q8_0" // least memory
	QuickWeights = "base-bf16" // fastest where the processor multiplies bf16 itself
)

// MultipliesBF16 says whether the processor does.
func MultipliesBF16() bool { return cpu.X86.HasAVX512BF16 }

// hearingModel is the model that stt.model names: with "auto" the fastest form of
// whisper base that is here.
func hearingModel(name string) string {
	if name != "auto" {
		return name
	}
	if _, err := os.Stat(ModelFile(QuickWeights)); err == nil && MultipliesBF16() {
		return QuickWeights
	}
	return smallWeights
}

// Recipes are what the manifest's places can have done to a download.
var Recipes = map[string]models.Recipe{
	"ct2": ggml.FromCT2Dir,
	"silero": func(ctx context.Context, dst io.Writer, src string) error {
		return ggml.FromSileroFile(ctx, dst, filepath.Join(src, "silero_vad.jit"))
	},
	"q8_0": fromFile(ggml.QuantiseQ8),
	"bf16": fromFile(ggml.ToBF16),
}

// fromFile is the recipe that turns one model file into another.
func fromFile(convert func(ctx context.Context, w io.Writer, r io.Reader) error) models.Recipe {
	return func(ctx context.Context, dst io.Writer, src string) error {
		f, err := os.Open(src)
		if err != nil {
			return err
		}
		defer f.Close()
		return convert(ctx, dst, f)
	}
}

// ImportModel turns the model at src into one of Deputy's in dir, and says how to use it.
func ImportModel(ctx context.Context, out io.Writer, dir, src, name string) error {
	src, called, err := findCT2(src)
	if err != nil {
		return err
	}
	if name == "" {
		name = called
	}
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return fmt.Errorf("%q can't be a model's name: choose one with --name", name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".import-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := ggml.FromCT2Dir(ctx, f, src); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	kept, err := models.Adopt(ctx, dir, f.Name(), models.Embedded(), "ggml-"+name+".bin")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nuse it with: stt.model: %s\n", filepath.Join(dir, kept), kept)
	return nil
}

// findCT2 finds the model in what a user may point at: the model directory itself, or
// its entry in the model hub's cache (models--OWNER--NAME/snapshots/REVISION). It also
// suggests a name.
func findCT2(dir string) (model, name string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	name = filepath.Base(dir)
	if _, err := os.Stat(filepath.Join(dir, "model.bin")); err == nil {
		if parent := filepath.Dir(dir); filepath.Base(parent) == "snapshots" {
			name = filepath.Base(filepath.Dir(parent))
		}
		return dir, hubName(name), nil
	}
	found, _ := filepath.Glob(filepath.Join(dir, "snapshots", "*", "model.bin"))
	switch len(found) {
	case 0:
		return "", "", fmt.Errorf("%s holds no model.bin: point at the directory of a faster-whisper model", dir)
	case 1:
		return filepath.Dir(found[0]), hubName(name), nil
	}
	return "", "", fmt.Errorf("%s holds %d revisions: point at one of its snapshots", dir, len(found))
}

// hubName takes the model's name out of "models--OWNER--NAME".
func hubName(dir string) string {
	parts := strings.Split(dir, "--")
	return parts[len(parts)-1]
}
