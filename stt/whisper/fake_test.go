package whisper

import (
	"errors"
	"sync/atomic"
	"testing"

	"deputy/audio"
	"deputy/stt"
	"deputy/stt/stttest"
)

// The fake model's vocabulary: 20 text tokens, then eot, sot, three languages, the
// tasks, and timestamps up to 30 s.
var toy = vocabulary{
	eot: 20, sot: 21, firstLang: 22, transcribe: 26, nospeech: 29, beg: 31, size: 31 + 1501,
	blank: 0, specialFrom: 21, specialTo: 31, languages: []string{"en", "ko", "de"},
}

// pieces are what the text tokens stand for; 7 and 8 are halves of one syllable.
var pieces = [20]string{" ", " turn", " on", " the", " light", ".", " 네", " \xeb\xb6", "\x88", " okay", " stop"}

// A toyEngine recites scripts: what it writes in each window, by language.
type toyEngine struct {
	// script[language][i] is window i's tokens, without eot.
	script map[string][][]int32
	// logits of the languages, and of no speech against everything else.
	langs    [3]float32
	nospeech float32
	weak     map[int32]bool // tokens it is unsure of

	windows  []int // of each Encode
	offsets  []int
	failing  error
	freed    atomic.Int32
	inside   atomic.Int32
	language string
	english  bool
	n, next  int
	buf      []float32
}

func (e *toyEngine) enter() func() {
	if e.inside.Add(1) != 1 || e.freed.Load() != 0 {
		panic("the engine is used by two at once, or after it was freed")
	}
	return func() { e.inside.Add(-1) }
}

func (e *toyEngine) Vocabulary() vocabulary {
	v := toy
	if e.english {
		v.english, v.languages = true, []string{"en"}
	}
	return v
}
func (e *toyEngine) Free() {
	defer e.enter()()
	e.freed.Add(1)
}

func (e *toyEngine) Load(samples []float32) error {
	defer e.enter()()
	if len(samples) < audio.Rate/10 {
		panic("too few samples for whisper")
	}
	for _, s := range samples {
		if !(s >= -1 && s <= 1) {
			panic("samples out of range")
		}
	}
	e.n = -1
	return e.failing
}

func (e *toyEngine) Encode(offset, window int) error {
	defer e.enter()()
	if len(e.offsets) == 0 || e.n < 0 || offset != e.offsets[len(e.offsets)-1] {
		e.n++
	}
	e.windows, e.offsets = append(e.windows, window), append(e.offsets, offset)
	return nil
}

func (e *toyEngine) Decode(tokens []int32, past int) ([]float32, error) {
	defer e.enter()()
	if e.buf == nil {
		e.buf = make([]float32, toy.size)
	}
	for i := range e.buf {
		e.buf[i] = -9
	}
	last := tokens[len(tokens)-1]
	switch {
	case last == toy.sot && e.english:
		if past != 0 {
			return nil, errors.New("an English-only model has no prompt but sot")
		}
		e.language, e.next = "en", 0
		e.say()
	case last == toy.sot:
		copy(e.buf[toy.firstLang:], e.langs[:])
		e.buf[toy.nospeech] = e.nospeech
	case last == toy.transcribe:
		if past != 1 || len(tokens) != 2 {
			return nil, errors.New("the prompt does not follow sot")
		}
		e.language, e.next = toy.languages[tokens[0]-toy.firstLang], 0
		e.say()
	default:
		e.say()
	}
	return e.buf, nil
}

// say raises the next token of the script above all others.
func (e *toyEngine) say() {
	token := toy.eot
	if s := e.script[e.language]; e.n < len(s) && e.next < len(s[e.n]) {
		token = s[e.n][e.next]
	}
	e.next++
	e.buf[token] = 9
	if e.weak[token] {
		e.buf[token] = -5
	}
}

func (e *toyEngine) Bytes(token int32) string { return pieces[token] }

// ts is the timestamp token at ticks of 20 ms.
func ts(ticks int32) int32 { return toy.beg + ticks }

// light says "turn on the light." from 0 to 1 s.
func light() *toyEngine {
	return &toyEngine{
		langs:  [3]float32{5, 0, 0},
		script: map[string][][]int32{"en": {{ts(0), 1, 2, 3, 4, 5, ts(50)}}, "ko": {{ts(0), 6, 5, ts(50)}}},
	}
}

func opened(t testing.TB, e *toyEngine, o Options) *Transcriber {
	t.Helper()
	tr, err := newTranscriber(e, o.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// quiet is seconds of silence as an utterance.
func quiet(seconds float64) audio.Utterance {
	return audio.Utterance{ID: 1, Samples: make([]float32, int(seconds*audio.Rate))}
}

func TestToySuite(t *testing.T) {
	stttest.Suite{Open: func(t testing.TB) stt.Transcriber {
		return opened(t, light(), Options{Languages: []string{"en", "ko"}})
	}}.Run(t)
}
