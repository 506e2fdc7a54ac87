package noise

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"deputy/agent/consent"
	"deputy/audio"
	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/internal/listen"
	"deputy/internal/textnorm"
	"deputy/tts/espeak"
)

// noiseGroups are the kinds of material, as they are counted. The last is the
// only one in which somebody does say yes or no, if not the owner.
var noiseGroups = []string{"noises", "made sounds", "made music", "other languages", "babble", "chatter", "a stranger's answer"}

// noiseShares are how often a stretch is of each group.
var noiseShares = []int{24, 16, 12, 20, 12, 15, 1}

// A noiseClip is one sound: a recording, read when it is due, or one made anew
// each time.
type noiseClip struct {
	name string
	make func(context.Context) ([]float32, error)
}

// noiseClips are the recordings of a folder by group, and the sounds made here.
func noiseClips(ctx context.Context, speech string, rng *rand.Rand) (map[string][]noiseClip, error) {
	rows, err := Labelled(speech)
	if err != nil {
		return nil, err
	}
	clips := madeClips(rng)
	for _, row := range rows {
		if g := noiseGroup(row); g != "" {
			clips[g] = append(clips[g], noiseClip{row["file"], func(ctx context.Context) ([]float32, error) { return listen.ReadSound(ctx, row["path"]) }})
		}
	}
	babble, err := babbleClip(ctx, rng)
	clips["babble"] = []noiseClip{babble}
	return clips, err
}

// Labelled are the rows of the recordings that are there: a room response and the
// like may lie elsewhere.
func Labelled(speech string) ([]map[string]string, error) {
	rows, err := recordings.Rows(speech)
	return slices.DeleteFunc(rows, func(row map[string]string) bool {
		_, err := os.Stat(row["path"])
		return err != nil
	}), err
}

// noiseGroup says what a row of a manifest is; "" is no material.
func noiseGroup(row map[string]string) string {
	words := row["transcript"] + row["label"] + row["keyword"] + row["text"]
	lang := row["lang"]
	switch {
	case row["kind"] == "RIRs":
		return ""
	case row["kind"] == "noise", row["kind"] == "ESC50", words == "(no speech)":
		return "noises"
	case lang != "" && lang != "en" && lang != "ko" && (lang != "-" || row["label_type"] == "keyword" && !textnorm.HasHangul(words)):
		return "other languages"
	}
	r := consent.Read(PlainQuestion(), consent.Answer{Text: words, Language: lang, Typed: true}).Reading
	if r == consent.Approve || r == consent.Deny {
		return "a stranger's answer"
	}
	return "chatter"
}

// PlainQuestion is an ask that demands least.
func PlainQuestion() consent.Question { return consent.Question{Level: 2} }

// A noiseStretch is what is played in one go while one ask stands.
type noiseStretch struct {
	group, level, language string
	names                  []string
	samples                []float32
	seconds                float64 // of sound
}

// A noisePlan decides what comes next: levels and languages of the ask by turns,
// groups by chance, each recording of a group once before any comes again.
// First as it is, later at another level and speed, or with another under it.
type noisePlan struct {
	clips  map[string][]noiseClip
	rng    *rand.Rand
	n      int
	least  time.Duration // of a stretch
	queues map[string][]noiseClip
	again  map[string]bool
}

func newNoisePlan(clips map[string][]noiseClip, rng *rand.Rand, least time.Duration) *noisePlan {
	return &noisePlan{clips: clips, rng: rng, least: least, queues: map[string][]noiseClip{}, again: map[string]bool{}}
}

// turn is the ask of the next stretch.
func (p *noisePlan) turn() noiseStretch {
	s := noiseStretch{level: noiseLevels[p.n%len(noiseLevels)], language: []string{"en", "ko"}[p.n/len(noiseLevels)%2]}
	p.n++
	return s
}

func (p *noisePlan) next(ctx context.Context) (noiseStretch, error) {
	s := p.turn()
	for s.group == "" || len(p.clips[s.group]) == 0 {
		x := p.rng.IntN(100)
		for i, share := range noiseShares {
			if x -= share; x < 0 {
				s.group = noiseGroups[i]
				break
			}
		}
	}
	for int64(len(s.samples)) < audio.Count(p.least) {
		c, samples, err := p.clip(ctx, s.group)
		if err != nil {
			return s, err
		}
		s.names = append(s.names, c.name)
		s.seconds += float64(len(samples)) / audio.Rate
		gap := make([]float32, int(audio.Rate*(0.2+p.rng.Float64())))
		s.samples = append(append(s.samples, gap...), samples...)
		if s.group == "a stranger's answer" {
			break // a second one would meet an ask that the first has decided
		}
	}
	return s, nil
}

// clip is the next one of a group.
func (p *noisePlan) clip(ctx context.Context, group string) (noiseClip, []float32, error) {
	if len(p.queues[group]) == 0 {
		q := slices.Clone(p.clips[group])
		p.rng.Shuffle(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
		p.queues[group] = q
	}
	c := p.queues[group][0]
	p.queues[group] = p.queues[group][1:]
	samples, err := c.make(ctx)
	if err != nil {
		return c, nil, err
	}
	if p.again[group] {
		samples, err = p.vary(ctx, samples)
	}
	p.again[group] = p.again[group] || len(p.queues[group]) == 0
	return c, samples, err
}

// vary plays faster or slower, louder or quieter, now and then with a noise
// under it.
func (p *noisePlan) vary(ctx context.Context, samples []float32) ([]float32, error) {
	rate := int(audio.Rate * (0.9 + 0.2*p.rng.Float64()))
	out, err := audio.ReadAll(audio.Resample(audio.Slice(samples, rate), audio.Rate))
	if err != nil {
		return nil, err
	}
	if under := p.clips["noises"]; p.rng.IntN(3) == 0 && len(under) > 0 {
		noise, err := under[p.rng.IntN(len(under))].make(ctx)
		if err != nil {
			return nil, err
		}
		mix(out, noise, float32(math.Pow(10, -p.rng.Float64())))
	}
	amplify(out, float32(math.Pow(10, (-20+24*p.rng.Float64())/20)))
	return out, nil
}

// mix adds noise, over and over, to samples.
func mix(samples, noise []float32, gain float32) {
	for i := range samples {
		if len(noise) > 0 {
			samples[i] += gain * noise[i%len(noise)]
		}
	}
}

func amplify(samples []float32, gain float32) {
	for i, s := range samples {
		samples[i] = max(-1, min(1, gain*s))
	}
}

// babbleVoices speak all at once.
var babbleVoices = map[string][]string{
	"en": {"en-us", "en-us+f3", "en-gb", "en-gb+f4", "en-gb-scotland", "en-us+m7", "en-gb-x-rp+f2"},
	"ko": {"ko", "ko+f2", "ko+m3", "ko+f5"},
}

var babbleTexts = map[string][]string{
	"en": {
		"The city council met on Monday evening to talk about the new bridge over the river, which will cost more than was planned two years ago.",
		"Heavy rain is expected in the north, with winds from the sea and a few dry hours around midday, before the weekend turns warmer.",
		"Researchers have found that the birds return to the same island every spring, even when the winter was long and food was hard to find.",
		"The football match ended with two goals in the last ten minutes, and thousands of people walked home singing through the streets.",
		"Prices for bread and milk rose again in August, while fuel became a little cheaper, the statistics office said this morning.",
		"A small museum near the harbour has opened its doors again after a fire, and shows paintings that were thought to be lost.",
	},
	"ko": {
		"오늘 오전 서울 시내 주요 도로에서 출근길 정체가 이어졌습니다. 경찰은 비가 그치면 나아질 것으로 보고 있습니다.",
		"기상청은 내일부터 전국에 구름이 많고 남부 지방에는 한때 비가 내리겠다고 예보했습니다.",
		"지난달 수출은 반도체를 중심으로 늘어났고 물가는 조금 내린 것으로 나타났습니다.",
		"부산에서 열린 영화제에는 올해도 많은 관객이 찾아와 거리마다 활기가 넘쳤습니다.",
		"연구진은 새로 발견한 식물이 바닷가 모래땅에서만 자란다고 설명했습니다.",
	},
}

// babbleClip is several voices that read the news over one another.
func babbleClip(ctx context.Context, rng *rand.Rand) (noiseClip, error) {
	var voices [][]float32
	for lang, names := range babbleVoices {
		for i, name := range names {
			e, err := espeak.New(espeak.Options{Voices: map[string]string{lang: name}, Speed: 140 + 15*(i%4)})
			if err != nil {
				return noiseClip{}, err
			}
			texts := babbleTexts[lang]
			src, err := e.Synthesize(ctx, texts[i%len(texts)]+" "+texts[(i+2)%len(texts)], lang)
			if err != nil {
				return noiseClip{}, fmt.Errorf("make babble: %w", err)
			}
			samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
			if err := errors.Join(err, src.Close()); err != nil {
				return noiseClip{}, fmt.Errorf("make babble: %w", err)
			}
			voices = append(voices, samples)
		}
	}
	return noiseClip{"babble", func(context.Context) ([]float32, error) {
		out := make([]float32, 12*audio.Rate)
		for range 2 + rng.IntN(5) {
			v := voices[rng.IntN(len(voices))]
			from := rng.IntN(len(v))
			mix(out, append(slices.Clone(v[from:]), v[:from]...), 0.1+0.3*rng.Float32())
		}
		amplify(out, 0.7)
		return out, nil
	}}, nil
}
