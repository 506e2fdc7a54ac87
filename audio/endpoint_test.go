package audio

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// play runs an endpointer over a scene: words of a count and a letter each, one
// window (32 ms) per count:
//
//	#  speech    ~  between the thresholds    .  quiet
//
// with the key held after a "k", up after a "u", hands-free listening off after
// a "x" and on after an "o", and a hint of f(inished), n(ot finished), a(nswered)
// or 0 (unknown) after "hf", "hn", "ha", "h0". At "end" the source ends.
// Marks are written in milliseconds.
func play(o Options, scene string) []string {
	e := newEndpointer(o.withDefaults())
	in := input{handsFree: true}
	var got []string
	collect := func(marks []mark) {
		for _, m := range marks {
			got = append(got, m.String())
		}
	}
	for _, word := range strings.Fields(scene) {
		switch word {
		case "k", "u":
			in.held = word == "k"
			continue
		case "x", "o":
			in.handsFree = word == "o"
			continue
		case "hf", "hn", "ha", "h0":
			in.hint = map[string]Hint{"hf": HintFinished, "hn": HintUnfinished, "ha": HintAnswered}[word]
			continue
		case "end":
			collect(e.flush(in.now))
			continue
		}
		n, err := strconv.Atoi(word[:len(word)-1])
		if err != nil {
			panic(err)
		}
		p := map[byte]float32{'#': 0.9, '~': 0.4, '.': 0.02}[word[len(word)-1]]
		for range n {
			in.now += ScoreSize
			in.windows = nil
			if e.listening(in) {
				in.windows = []window{{end: in.now, p: p, power: float64(p * p)}}
			}
			step := in
			if e.pending() == 0 {
				step.hint = HintNone
			}
			collect(e.step(step))
		}
	}
	return got
}

func (m mark) String() string {
	ms := func(pos int64) int64 { return pos * 1000 / Rate }
	switch m.kind {
	case markOnset:
		return fmt.Sprintf("onset %d", ms(m.at))
	case markNothing:
		return fmt.Sprintf("nothing %d", m.id)
	}
	s := fmt.Sprintf("%s %d: %d [%d %d] %d", []string{"", "pause", "utterance"}[m.kind],
		m.id, ms(m.start), ms(m.speechStart), ms(m.speechEnd), ms(m.end))
	if m.key {
		s += " key"
	}
	return s
}

func TestEndpointer(t *testing.T) {
	tests := []struct {
		name  string
		o     Options
		scene string
		want  []string
	}{
		{name: "quiet", scene: "500. end"},
		{name: "noise between the thresholds", scene: "500~ end"},
		{name: "a click", scene: "20. 1# 60. end"},
		{name: "a clap is an onset and no utterance", scene: "20. 3# 60. end",
			want: []string{"onset 640", "nothing 1"}},
		{
			name: "a word: onset after two windows, pause at 0.2 s, end at 0.6 s", scene: "20. 10# 60. end",
			want: []string{"onset 640", "pause 1: 340 [640 960] 1184", "utterance 1: 340 [640 960] 1184"},
		},
		{
			name: "speech from the first sample on", scene: "10# 60.",
			want: []string{"onset 0", "pause 1: 0 [0 320] 544", "utterance 1: 0 [0 320] 544"},
		},
		{
			name: "a weak middle is speech, a weak beginning isn't", scene: "20. 5~ 5# 5~ 5# 60.",
			want: []string{"onset 800", "pause 1: 500 [800 1280] 1504", "utterance 1: 500 [800 1280] 1504"},
		},
		{
			name: "weak sound in the quiet doesn't bring speech back", scene: "20. 10# 3. 30~",
			want: []string{"onset 640", "pause 1: 340 [640 960] 1184", "utterance 1: 340 [640 960] 1184"},
		},
		{
			name: "a click in the quiet doesn't take the pause back", scene: "20. 10# 8. 1# 30.",
			want: []string{"onset 640", "pause 1: 340 [640 960] 1184", "utterance 1: 340 [640 960] 1184"},
		},
		{
			name: "speech after a pause takes it back", scene: "20. 10# 10. 5# 60.",
			want: []string{
				"onset 640", "pause 1: 340 [640 960] 1184",
				"pause 1: 340 [640 1440] 1664", "utterance 1: 340 [640 1440] 1664",
			},
		},
		{
			name: "two utterances share no sample", scene: "20. 10# 20. 10# 60.",
			want: []string{
				"onset 640", "pause 1: 340 [640 960] 1184", "utterance 1: 340 [640 960] 1184",
				"onset 1600", "pause 2: 1300 [1600 1920] 2144", "utterance 2: 1300 [1600 1920] 2144",
			},
		},
		{
			name: "the source ends in speech", scene: "20. 10# end",
			want: []string{"onset 640", "utterance 1: 340 [640 960] 960"},
		},
		{
			name: "the source ends in a pause", scene: "20. 10# 8. end",
			want: []string{"onset 640", "pause 1: 340 [640 960] 1184", "utterance 1: 340 [640 960] 1184"},
		},
		{
			name: "cut at the maximum, at the last quiet, no sample lost",
			o:    Options{MaxUtterance: 2 * time.Second}, scene: "20. 40# 4. 40# 60.",
			want: []string{
				"onset 640",
				"utterance 1: 340 [640 2048] 2048",
				"pause 2: 2048 [2048 3328] 3552", "utterance 2: 2048 [2048 3328] 3552",
			},
		},
		{
			name: "cut at the maximum in unbroken speech",
			o:    Options{MaxUtterance: time.Second}, scene: "20. 50# 60.",
			want: []string{
				"onset 640",
				"utterance 1: 340 [640 1344] 1344",
				"utterance 2: 1344 [1344 2240] 2368",
				"nothing 3",
			},
		},
		{
			name: "key: silence ends nothing, release does after the tail", scene: "20. k 10. 10# 60. 10# 5. u 20. end",
			want: []string{
				"onset 672",
				"pause 1: 672 [960 1280] 1504 key",
				"pause 1: 672 [960 3520] 3712 key",
				"utterance 1: 672 [960 3520] 3968 key",
			},
		},
		{
			name: "key: nothing from before the press", scene: "20. k 10# 5. u 20.",
			want: []string{"onset 672", "pause 1: 672 [672 960] 1152 key", "utterance 1: 672 [672 960] 1408 key"},
		},
		{
			name: "key: speech in the tail is kept", scene: "k 10. 10# u 5# 20.",
			want: []string{"onset 32", "pause 1: 32 [320 672] 672 key", "utterance 1: 32 [320 800] 928 key"},
		},
		{name: "key: held in silence", scene: "20. k 100. u 60. end", want: []string{"onset 672", "nothing 1"}},
		{
			name: "key: pressed while someone speaks", scene: "20. 20# k 20# 5. u 20.",
			want: []string{
				"onset 640", "utterance 1: 340 [640 1312] 1312",
				"onset 1312", "pause 2: 1312 [1312 1920] 2112 key", "utterance 2: 1312 [1312 1920] 2368 key",
			},
		},
		{
			name: "key: the source ends while it is held", scene: "k 10. 10# end",
			want: []string{"onset 32", "utterance 1: 32 [320 640] 640 key"},
		},
		{
			name: "key: pressed again in the tail makes two", scene: "k 1. 10# u 1. k 1. 10# u 20.",
			want: []string{
				"onset 32", "pause 1: 32 [32 352] 384 key", "utterance 1: 32 [32 352] 416 key",
				"onset 416", "pause 2: 416 [416 736] 768 key", "utterance 2: 416 [416 736] 1024 key",
			},
		},
		{name: "key only: speech without it counts for nothing", scene: "x 20. 30# 60. end"},
		{
			name: "key only", scene: "x 20. 10# k 10# 5. u 10. 30# 60. end",
			want: []string{"onset 992", "pause 1: 992 [992 1280] 1472 key", "utterance 1: 992 [992 1280] 1728 key"},
		},
		{name: "hands-free ends in speech: it is dropped", scene: "20. 10# x 60. o 60. end", want: []string{"onset 640", "nothing 1"}},
		{
			name: "hands-free begins: nothing from before", scene: "x 20# o 10# 60.",
			want: []string{"onset 640", "pause 1: 640 [640 960] 1184", "utterance 1: 640 [640 960] 1184"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := play(tt.o, tt.scene)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s:\ngot\n\t%s\nwant\n\t%s", tt.scene,
					strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// quietUntilEnd counts the windows of quiet after a last word that it takes to
// end the utterance, after a scene.
func quietUntilEnd(scene string) time.Duration {
	before := len(play(Options{}, scene))
	for n := 1; n < 100; n++ {
		got := play(Options{}, fmt.Sprintf("%s %d.", scene, n))
		if len(got) > before && strings.HasPrefix(got[len(got)-1], "utterance") {
			return time.Duration(n) * 32 * time.Millisecond
		}
	}
	return 0
}

func TestEndpointAdapts(t *testing.T) {
	// A scene ends with a word and the hint; quietUntilEnd adds the quiet.
	repeat := func(s string, n int) string { return strings.Repeat(s+" ", n) }
	tests := []struct {
		name   string
		scene  string
		lo, hi time.Duration
	}{
		{"at first", "20. 10#", 600 * time.Millisecond, 640 * time.Millisecond},
		{"text finished", "20. hf 10#", 400 * time.Millisecond, 440 * time.Millisecond},
		{"text unfinished", "20. hn 10#", 1000 * time.Millisecond, 1040 * time.Millisecond},
		{"a fluent speaker", "20. " + repeat("8# 5.", 40) + "10#", 400 * time.Millisecond, 440 * time.Millisecond},
		{"a slow speaker", "20. " + repeat("8# 16.", 40) + "10#", 550 * time.Millisecond, 600 * time.Millisecond},
		{"an uneven speaker", "20. " + repeat("8# 4. 8# 17.", 30) + "10#", 600 * time.Millisecond, 850 * time.Millisecond},
		{"a speaker who was cut off", "20. " + repeat("30# 26.", 4) + "10#", 800 * time.Millisecond, 1040 * time.Millisecond},
		{"another after one who was cut off", "20. " + repeat("30# 26.", 4) + repeat("30# 60.", 12) + "10#", 600 * time.Millisecond, 720 * time.Millisecond},
		{"a fluent speaker's short orders", "20. " + repeat("8# 5.", 40) + repeat("30# 60.", 12) + "10#", 400 * time.Millisecond, 440 * time.Millisecond},
		{"the answer that was waited for", "20. ha 10#", 250 * time.Millisecond, 290 * time.Millisecond},
		{"articulation teaches nothing", "20. " + repeat("8# 2.", 60) + "10#", 600 * time.Millisecond, 640 * time.Millisecond},
	}
	for _, tt := range tests {
		if got := quietUntilEnd(tt.scene); got < tt.lo || got > tt.hi {
			t.Errorf("%s: utterance ended after %v of quiet, want %v to %v", tt.name, got, tt.lo, tt.hi)
		}
	}
}

// Whatever is heard and pressed, the marks keep their promises.
func TestEndpointerInvariants(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		e := newEndpointer((&Options{MaxUtterance: 3 * time.Second}).withDefaults())
		in := input{handsFree: true}
		p, floor, nextID, open, n := float32(0), int64(0), int64(1), int64(0), 0
		for i := range 3000 {
			if rng.IntN(10) == 0 {
				p = rng.Float32()
			}
			if rng.IntN(100) == 0 {
				in.held = !in.held
			}
			if rng.IntN(200) == 0 {
				in.handsFree = !in.handsFree
			}
			in.now += FrameSize
			in.windows = nil
			if e.listening(in) && i%8 != 0 && i%8 != 2 && i%8 != 5 { // 5 windows in 8 frames
				in.windows = []window{{end: in.now - in.now%ScoreSize, p: p, power: float64(p)}}
			}
			if in.hint = HintNone; e.pending() != 0 {
				in.hint = Hint(rng.IntN(3))
			}
			keep := e.keep(in.now - FrameSize)
			for _, m := range e.step(in) {
				bad := ""
				switch {
				case m.id != nextID:
					bad = fmt.Sprintf("id %d, want %d", m.id, nextID)
				case m.kind == markOnset && open != 0, m.kind != markOnset && open != m.id:
					bad = fmt.Sprintf("comes while the onset that is open is %d", open)
				case m.kind == markOnset || m.kind == markNothing:
				case m.start < floor:
					bad = fmt.Sprintf("starts inside what was given before (until %d)", floor)
				case m.start < keep:
					bad = fmt.Sprintf("needs samples before %d, which keep gave up", keep)
				case m.end > in.now || m.start >= m.end:
					bad = fmt.Sprintf("is not a stretch before %d", in.now)
				case m.speechStart < m.start || m.speechEnd > in.now || m.speechStart > m.speechEnd:
					bad = "has its speech outside"
				case m.end-m.start > 3*Rate+FrameSize:
					bad = "is too long"
				case m.voiced < 0 || m.voiced > 1 || m.snr != m.snr:
					bad = fmt.Sprintf("voiced %v, snr %v", m.voiced, m.snr)
				}
				if bad != "" {
					t.Fatalf("seed %d: %v %+v: %s", seed, m, m, bad)
				}
				switch m.kind {
				case markOnset:
					open = m.id
				case markNothing:
					open, nextID = 0, nextID+1
				case markUtterance:
					floor, open, nextID, n = m.end, 0, nextID+1, n+1
					if m.cut {
						open = nextID
					}
				}
			}
		}
		if n < 4 {
			t.Errorf("seed %d: got %d utterances, want some", seed, n)
		}
	}
}
