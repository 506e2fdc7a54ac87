package whisper

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/stt"
)

func TestTranscribes(t *testing.T) {
	e := light()
	e.nospeech = -20
	got, err := opened(t, e, Options{Languages: []string{"en", "ko"}}).Transcribe(t.Context(), quiet(2))
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "turn on the light." || got.Language != "en" || got.Window != DefaultFloor {
		t.Errorf("got %q in %q, window %d; want turn on the light. in en, window %d", got.Text, got.Language, got.Window, DefaultFloor)
	}
	if got.Confidence < 0.99 || got.Lowest < 0.99 || got.LanguageProb < 0.9 || got.NoSpeech > 0.01 {
		t.Errorf("got %+v, want strong evidence", got)
	}
	want := []stt.Segment{{Text: "turn on the light.", End: time.Second}}
	if len(got.Segments) != 1 || got.Segments[0].End != want[0].End || got.Segments[0].Text != want[0].Text {
		t.Errorf("got segments %+v, want %+v", got.Segments, want)
	}
}

func TestEncodesOnceAndReadsTwice(t *testing.T) {
	e := light()
	e.langs = [3]float32{1, 1.2, 0} // Korean by a hair: the text must tell
	e.weak = map[int32]bool{6: true, 5: false}
	got, err := opened(t, e, Options{Languages: []string{"en", "ko"}}).Transcribe(t.Context(), quiet(2))
	if err != nil {
		t.Fatal(err)
	}
	if got.Language != "en" || len(e.windows) != 1 {
		t.Errorf("got language %q after %d encoder passes, want en after 1", got.Language, len(e.windows))
	}
	if math.Abs(float64(got.LanguageProb)-0.39) > 0.02 {
		t.Errorf("got language probability %v, want that of English, 0.39: it is not sure", got.LanguageProb)
	}
}

func TestFixedLanguage(t *testing.T) {
	e := light()
	got, err := opened(t, e, Options{Languages: []string{"ko-KR"}}).Transcribe(t.Context(), quiet(2))
	if err != nil || got.Text != "네." || got.Language != "ko" || got.LanguageProb != 1 {
		t.Errorf("got %q in %q (%v), error %v; want 네. in ko (1)", got.Text, got.Language, got.LanguageProb, err)
	}
}

func TestThirdLanguageIsMarked(t *testing.T) {
	e := light()
	e.langs = [3]float32{2, 0, 8}
	e.script["de"] = [][]int32{{ts(0), 10, ts(50)}}
	got, err := opened(t, e, Options{Languages: []string{"en", "ko"}}).Transcribe(t.Context(), quiet(2))
	if err != nil || got.Language != "en" || !got.Foreign {
		t.Errorf("got language %q (foreign: %v), error %v; want en, marked as foreign", got.Language, got.Foreign, err)
	}
}

func TestDoubledSentenceIsReadAgainInFull(t *testing.T) {
	once := []int32{1, 2, 3, 4, 5}
	e := light()
	e.script["en"] = [][]int32{append(append(append([]int32{ts(0)}, once...), once...), ts(90))}
	got, err := opened(t, e, Options{Languages: []string{"en"}}).Transcribe(t.Context(), quiet(2))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{DefaultFloor, fullWindow}; !slices.Equal(e.windows, want) || got.Window != fullWindow {
		t.Errorf("got windows %v, reported %d; want %v", e.windows, got.Window, want)
	}
}

func TestRunawayIsStopped(t *testing.T) {
	e := light()
	endless := []int32{ts(0)}
	for range 500 {
		endless = append(endless, 9)
	}
	e.script["en"] = [][]int32{endless}
	got, err := opened(t, e, Options{Languages: []string{"en"}}).Transcribe(t.Context(), quiet(1))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(got.Text)); n > maxTokens {
		t.Errorf("got %d words, want at most %d", n, maxTokens)
	}
	if reason, noise := stt.Noise(got); !noise {
		t.Errorf("a runaway loop passes for speech (%q)", reason)
	}
}

func TestCircling(t *testing.T) {
	repeat := func(n int, words ...int32) []int32 { return slices.Repeat(words, n) }
	for _, c := range []struct {
		name  string
		words []int32
		want  bool
	}{
		{"nothing", nil, false},
		{"a sentence twice", repeat(2, 1, 2, 3, 4, 5), false},
		{"a sentence three times", repeat(3, 1, 2, 3, 4, 5), true},
		{"after a beginning", append([]int32{9, 8, 7}, repeat(3, 1, 2, 3, 4)...), true},
		{"and something after it", append(repeat(3, 1, 2, 3, 4), 9), false},
		{"stop, stop, stop, stop", repeat(4, 10, 6), false},
		{"one word without end", repeat(10, 10), true},
		{"nines", repeat(9, 9), false},
	} {
		if got := circling(c.words); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLongSoundGoesOnWhereTextWasWhole(t *testing.T) {
	e := light()
	e.script["en"] = [][]int32{
		{ts(0), 1, 2, ts(600), ts(600), 3, 4, ts(1400), ts(1400), 9}, // cut off after 28 s
		{ts(0), 9, 5, ts(500)},
	}
	got, err := opened(t, e, Options{Languages: []string{"en"}}).Transcribe(t.Context(), quiet(40))
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "turn on the light okay." || !slices.Equal(e.offsets, []int{0, 1400}) || !slices.Equal(e.windows, []int{fullWindow, fullWindow}) {
		t.Errorf("got %q from offsets %v, windows %v; want no word twice, from 0 and 1400", got.Text, e.offsets, e.windows)
	}
	var starts []time.Duration
	for _, s := range got.Segments {
		starts = append(starts, s.Start)
	}
	if want := []time.Duration{0, 12 * time.Second, 28 * time.Second}; !slices.Equal(starts, want) {
		t.Errorf("got starts %v, want %v", starts, want)
	}
}

func TestLongSoundWithoutTimesGoesOn(t *testing.T) {
	e := light()
	e.script["en"] = [][]int32{{1, 2}, {3, 4}}
	got, err := opened(t, e, Options{Languages: []string{"en"}}).Transcribe(t.Context(), quiet(45))
	if err != nil || got.Text != "turn on the light" || !slices.Equal(e.offsets, []int{0, 1500}) {
		t.Errorf("got %q from offsets %v, error %v", got.Text, e.offsets, err)
	}
}

func TestLeaveTakenInQuietIsDropped(t *testing.T) {
	e := light()
	e.nospeech = 12
	e.script["en"] = [][]int32{{ts(0), 1, 2, ts(1400), ts(1400)}, {ts(0), 9, 5, ts(40)}}
	got, err := opened(t, e, Options{Languages: []string{"en"}}).Transcribe(t.Context(), quiet(31))
	if err != nil || got.Text != "turn on" || len(e.offsets) != 2 {
		t.Errorf("got %q after %d windows, error %v; want turn on after 2", got.Text, len(e.offsets), err)
	}
}

func TestHalfSyllablesAreJoined(t *testing.T) {
	e := light()
	e.langs = [3]float32{0, 5, 0}
	e.script["ko"] = [][]int32{{ts(0), 7, 8, ts(30), ts(30), 7, ts(60)}}
	got, err := opened(t, e, Options{}).Transcribe(t.Context(), quiet(2))
	if err != nil || got.Text != "불" || got.Language != "ko" {
		t.Errorf("got %q in %q, error %v; want 불 in ko, the half left out", got.Text, got.Language, err)
	}
}

func TestEngineFailureIsNamed(t *testing.T) {
	e := light()
	e.failing = errors.New("out of luck")
	_, err := opened(t, e, Options{}).Transcribe(t.Context(), audio.Utterance{ID: 17, Samples: make([]float32, audio.Rate)})
	if err == nil || !strings.Contains(err.Error(), "utterance 17") || !errors.Is(err, e.failing) {
		t.Errorf("got %v, want it to name utterance 17 and the cause", err)
	}
}

func TestEnglishOnlyModel(t *testing.T) {
	e := light()
	e.english = true
	got, err := opened(t, e, Options{}).Transcribe(t.Context(), quiet(2))
	if err != nil || got.Text != "turn on the light." || got.Language != "en" || got.LanguageProb != 1 {
		t.Errorf("got %q in %q (%v), error %v", got.Text, got.Language, got.LanguageProb, err)
	}
	e = light()
	e.english = true
	if _, err := newTranscriber(e, Options{Languages: []string{"en", "ko"}}); err == nil || !strings.Contains(err.Error(), "English only") {
		t.Errorf("got %v, want an error that says it knows English only", err)
	}
}

func TestUnknownLanguageFreesTheEngine(t *testing.T) {
	e := light()
	if _, err := newTranscriber(e, Options{Languages: []string{"en", "klingon"}}); err == nil || !strings.Contains(err.Error(), "klingon") {
		t.Errorf("got %v, want an error that names klingon", err)
	}
	if e.freed.Load() != 1 {
		t.Error("the engine was not freed")
	}
}

func TestCloseFreesOnce(t *testing.T) {
	e := light()
	tr := opened(t, e, Options{})
	for range 3 {
		if err := tr.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := e.freed.Load(); n != 1 {
		t.Errorf("freed %d times, want 1", n)
	}
}

func TestWarm(t *testing.T) {
	e := light()
	tr := opened(t, e, Options{Floor: 896})
	if err := tr.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.windows, []int{896}) {
		t.Errorf("got windows %v, want the usual one", e.windows)
	}
}

func TestWindowFor(t *testing.T) {
	for _, tt := range []struct{ samples, floor, want int }{
		{1600, 768, 768}, {16000, 768, 768}, {16000 * 14, 768, 768}, {16000 * 15, 768, 832}, {16000 * 20, 768, 1088},
		{16000 * 29, 768, 1500}, {16000 * 30, 768, 1500}, {16000 * 300, 768, 1500}, {16000, 1500, 1500}, {16000, 100, 128}, {0, 1, 64},
	} {
		if got := windowFor(tt.samples, tt.floor); got != tt.want {
			t.Errorf("windowFor(%d, %d) = %d, want %d", tt.samples, tt.floor, got, tt.want)
		}
	}
}

func TestTongues(t *testing.T) {
	const en, ko, de, ja = 0, 1, 2, 3
	for _, tt := range []struct {
		name  string
		probs []float32
		set   []int
		want  []int
	}{
		{"all, plain", []float32{0.1, 0.2, 0.6, 0.1}, nil, []int{de}},
		{"set, plain English", []float32{0.95, 0.01, 0.02, 0.02}, []int{en, ko}, []int{en}},
		{"set, plain Korean", []float32{0.02, 0.9, 0.02, 0.06}, []int{en, ko}, []int{ko}},
		{"set, close", []float32{0.4, 0.3, 0.2, 0.1}, []int{en, ko}, []int{en, ko}},
		{"set, Korean taken for Japanese", []float32{0.02, 0.3, 0.01, 0.67}, []int{en, ko}, []int{ko}},
		{"set, plainly German", []float32{0.05, 0.01, 0.93, 0.01}, []int{en, ko}, []int{en}},
		{"set, plainly Japanese", []float32{0.01, 0.02, 0.01, 0.96}, []int{en, ko}, []int{ko, en}},
		{"set of one", []float32{0.05, 0.01, 0.93, 0.01}, []int{de}, []int{de}},
		{"nothing known", nil, []int{en}, nil},
	} {
		var got []int
		for _, x := range candidates(tt.probs, tt.set) {
			got = append(got, x.id)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSamplerRules(t *testing.T) {
	s := sampler{vocab: toy, latest: 50}
	flat := func(peaks map[int32]float32) []float32 {
		l := make([]float32, toy.size)
		for i := range l {
			l[i] = -30
		}
		for i, v := range peaks {
			l[i] = v
		}
		return l
	}
	for _, tt := range []struct {
		name   string
		logits map[int32]float32
		sofar  []int32
		want   int32
	}{
		{"no end before the beginning", map[int32]float32{toy.eot: 9, 4: 1}, nil, 4},
		{"no late beginning", map[int32]float32{ts(51): 9, ts(50): 1}, nil, ts(50)},
		{"never a task or a language", map[int32]float32{toy.transcribe: 9, toy.firstLang: 8, toy.sot: 7, 3: 1}, []int32{ts(0)}, 3},
		{"words after the first time", map[int32]float32{ts(5): 9, 3: 1}, []int32{ts(0)}, 3},
		{"a time is followed by its pair", map[int32]float32{3: 9, ts(20): 1}, []int32{ts(0), 1, ts(20)}, ts(20)},
		{"or by the end", map[int32]float32{3: 9, toy.eot: 1}, []int32{ts(0), 1, ts(20)}, toy.eot},
		{"times never go back", map[int32]float32{ts(19): 9, 3: 1}, []int32{ts(0), 1, ts(20), ts(20), 2}, 3},
		{"many times outweigh one word", map[int32]float32{ts(30): 1, ts(31): 1, ts(32): 1.1, 3: 1.5}, []int32{ts(0), 1}, ts(32)},
	} {
		if got, _ := s.choose(flat(tt.logits), tt.sofar); got != tt.want {
			t.Errorf("%s: got token %d, want %d", tt.name, got, tt.want)
		}
	}
	for _, bad := range []float32{minusInf, float32(math.NaN())} {
		all := make([]float32, toy.size)
		for i := range all {
			all[i] = bad
		}
		if got, p := s.choose(all, []int32{1}); got != toy.eot || p != 0 {
			t.Errorf("all %v: got token %d (%v), want the end", bad, got, p)
		}
	}
}

func FuzzSampler(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{31, 1})
	f.Add([]byte{255, 0, 128}, []byte{})
	f.Fuzz(func(t *testing.T, raw, past []byte) {
		logits := make([]float32, toy.size)
		for i := range logits {
			if len(raw) > 0 {
				logits[i] = float32(int8(raw[i%len(raw)]))
			}
		}
		var sofar []int32
		for _, b := range past {
			sofar = append(sofar, int32(b))
		}
		token, p := sampler{vocab: toy, latest: 50}.choose(logits, sofar)
		if token < 0 || int(token) >= toy.size || token >= toy.specialFrom && token < toy.specialTo {
			t.Fatalf("got token %d, which may never be chosen", token)
		}
		if !(p >= 0 && p <= 1.0001) {
			t.Fatalf("got probability %v", p)
		}
	})
}
