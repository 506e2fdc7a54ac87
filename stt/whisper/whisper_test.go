//go:build whisper

package whisper_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/stt"
	"deputy/stt/stttest"
	"deputy/stt/whisper"
)

func TestSuite(t *testing.T) {
	first := clips(t, "dictation_misc")[0]
	said := words(first.row["transcript"])
	longest := slices.MaxFunc(said, func(a, b string) int { return len(a) - len(b) })
	path := model(t, "ggml-base-q8_0.bin")
	stttest.Suite{
		Open: func(t testing.TB) stt.Transcriber {
			tr, err := whisper.New(whisper.Options{Model: path, Languages: []string{"en", "ko"}})
			if err != nil {
				t.Fatal(err)
			}
			return tr
		},
		Speech: samples(t, first.path),
		Words:  longest,
		// One encoder pass, which other work on the machine can make slow.
		Prompt: 8 * time.Second,
	}.Run(t)
}

// errorRate transcribes whole folders and gives the share of wrong units.
func errorRate(t *testing.T, tr stt.Transcriber, all []clip, language string, units func(string) []string) float64 {
	t.Helper()
	wrong, total := 0, 0
	for _, c := range all {
		want := c.row["transcript"]
		if l := c.row["lang"]; l != "" && l != language || want == "" || strings.HasPrefix(want, "(") {
			continue
		}
		got, err := tr.Transcribe(t.Context(), audio.Utterance{Samples: samples(t, c.path)})
		if err != nil {
			t.Fatalf("%s: %v", c.path, err)
		}
		if got.Language != language {
			t.Errorf("%s: got language %q (%.2f), want %q", c.path, got.Language, got.LanguageProb, language)
		}
		if why, noise := stt.Noise(got); noise {
			t.Errorf("%s: speech is taken for noise (%s): %q", c.path, why, got.Text)
		}
		d := distance(units(want), units(got.Text))
		wrong, total = wrong+d, total+len(units(want))
		t.Logf("%d of %d wrong: %q for %q", d, len(units(want)), got.Text, want)
	}
	if total == 0 {
		t.Fatal("the folder holds nothing to transcribe")
	}
	return float64(wrong) / float64(total)
}

func TestEnglishDictation(t *testing.T) {
	all := clips(t, "dictation_misc")
	if rate := errorRate(t, transcriber(t, "en", "ko"), all, "en", words); rate > 0.12 {
		t.Errorf("got a word error rate of %.3f, want at most 0.12", rate)
	}
}

func TestKorean(t *testing.T) {
	all := clips(t, "ko_misc")
	if rate := errorRate(t, transcriber(t, "en", "ko"), all, "ko", syllables); rate > 0.2 {
		t.Errorf("got a character error rate of %.3f, want at most 0.2", rate)
	}
}

// A third language is written down in one of the set, and told from what is spoken in it.
func TestThirdLanguagesAreMarked(t *testing.T) {
	tr := transcriber(t, "en", "ko")
	marked, foreign, wrongly, ours := 0, 0, 0, 0
	for _, c := range clips(t, "homecmd_misc") {
		lang := c.row["lang"]
		if stt.LanguageCode(lang) == "" {
			continue
		}
		got, err := tr.Transcribe(t.Context(), audio.Utterance{Samples: samples(t, c.path)})
		if err != nil {
			t.Fatal(err)
		}
		if got.Language != "en" && got.Language != "ko" {
			t.Errorf("%s: written down in %q", c.path, got.Language)
		}
		n, of := &marked, &foreign
		if lang == "en" || lang == "ko" {
			n, of = &wrongly, &ours
		}
		*of++
		if got.Foreign {
			*n++
		}
	}
	t.Logf("marked: %d of %d in other languages, %d of %d in English and Korean", marked, foreign, wrongly, ours)
	if marked*3 < foreign*2 || wrongly*10 > ours {
		t.Errorf("marked %d of %d in other languages and %d of %d in English and Korean, want two thirds and a tenth", marked, foreign, wrongly, ours)
	}
}

// What is no speech goes through detector, whisper and Noise, as in real use.
func TestNoiseGivesNoText(t *testing.T) {
	tr, d := transcriber(t, "en", "ko"), detector(t)
	heard, total := 0, 0
	for _, c := range clips(t, "speechbrain_samples") {
		if kind := strings.ToLower(c.row["kind"]); kind != "noise" && kind != "esc50" {
			continue
		}
		total++
		d.Reset()
		for e, err := range audio.Listen(open(t, c.path), d, nil) {
			if err != nil {
				t.Fatal(err)
			}
			u, ok := e.(audio.Utterance)
			if !ok {
				continue
			}
			got, err := tr.Transcribe(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			if why, noise := stt.Noise(got); !noise {
				heard++
				t.Logf("%s: heard %q (confidence %.2f, no speech %.2f)", c.path, got.Text, got.Confidence, got.NoSpeech)
			} else {
				t.Logf("%s: %s", c.path, why)
			}
		}
	}
	if total < 5 {
		t.Fatalf("got %d clips of noise, want more", total)
	}
	if heard > total/10 {
		t.Errorf("%d texts from %d clips of noise, want at most a tenth", heard, total)
	}
}

// A cancelled call must be back within one encoder pass, whenever it is cancelled.
func TestCancelIsPrompt(t *testing.T) {
	tr := transcriber(t, "en")
	long := samples(t, clips(t, "dictation_misc")[0].path)
	for len(long) < 60*audio.Rate {
		long = append(long, long...)
	}
	u := audio.Utterance{Samples: long[:60*audio.Rate]}
	began := time.Now()
	whole, err := tr.Transcribe(t.Context(), audio.Utterance{Samples: make([]float32, 30*audio.Rate)})
	if err != nil {
		t.Fatal(err)
	}
	pass := time.Since(began) // one full window and hardly any text
	t.Logf("one full window takes %v (%q)", pass, whole.Text)
	for _, after := range []time.Duration{0, pass / 8, pass / 2, pass, 3 * pass / 2} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := tr.Transcribe(ctx, u)
		deadline, _ := ctx.Deadline()
		late := time.Since(deadline)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended after %v: got %v, want context.DeadlineExceeded", after, err)
		}
		if late > 3*pass+time.Second { // thrice: other work may have begun
			t.Errorf("ended after %v: returned %v late, want at most one pass of %v", after, late, pass)
		}
		t.Logf("ended after %v: returned %v late", after, late)
	}
}

func TestDamagedModels(t *testing.T) {
	good := model(t, "ggml-base-q8_0.bin")
	damaged := func(name string, damage func(f *os.File) error) string {
		path := filepath.Join(t.TempDir(), name)
		in, err := os.Open(good)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if _, err := io.Copy(out, in); err != nil {
			t.Fatal(err)
		}
		if err := damage(out); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sum := "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9"
	for name, o := range map[string]whisper.Options{
		"missing": {Model: filepath.Join(t.TempDir(), "none.bin")},
		"cut":     {Model: damaged("cut.bin", func(f *os.File) error { return f.Truncate(50 << 20) })},
		"altered header": {Model: damaged("header.bin", func(f *os.File) error {
			_, err := f.WriteAt([]byte{0xff, 0xff, 0xff, 0x7f}, 12)
			return err
		})},
		"altered weights": {SHA256: sum, Model: damaged("weights.bin", func(f *os.File) error {
			_, err := f.WriteAt([]byte("nonsense"), 60<<20)
			return err
		})},
	} {
		_, err := whisper.New(o)
		if !errors.Is(err, stt.ErrNoModel) || !strings.Contains(err.Error(), o.Model) || !strings.Contains(err.Error(), "deputy models pull") {
			t.Errorf("%s: got %v, want stt.ErrNoModel naming the file and the command", name, err)
		}
	}
	tr, err := whisper.New(whisper.Options{Model: good, SHA256: sum})
	if err != nil {
		t.Fatalf("the whole model: got %v", err)
	}
	tr.Close()
}

func BenchmarkTranscribe(b *testing.B) {
	s := samples(b, clips(b, "dictation_misc")[0].path)
	tr := transcriber(b, "en", "ko")
	if err := tr.Warm(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tr.Transcribe(b.Context(), audio.Utterance{Samples: s}); err != nil {
			b.Fatal(err)
		}
	}
}
