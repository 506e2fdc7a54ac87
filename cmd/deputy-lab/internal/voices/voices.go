// Package voices speaks test sentences with every synthetic voice that is
// installed here, puts them into rooms and noise, and hears them as Deputy does:
// voice detector, endpoint, whisper, noise filter. Measurements stand on it. It must
// not know what is decided from what is heard.
package voices

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"

	"deputy/audio"
	"deputy/audio/wav"
	"deputy/tts/piper"
)

// A Voice is a speaker: an engine with a voice, and how it is bent.
type Voice struct {
	Engine string // piper, flite, espeak
	Name   string // as the engine calls it
	Lang   string // en, ko
	Pitch  int    // cents, by sox
	Tempo  float64
}

func (v Voice) String() string {
	s := v.Engine + " " + v.Name
	if v.Pitch != 0 {
		s += fmt.Sprintf(" %+d cents", v.Pitch)
	}
	if v.Tempo != 0 && v.Tempo != 1 {
		s += fmt.Sprintf(" x%.2g", v.Tempo)
	}
	return s
}

// The voices. Piper is one man's voice, flite's are four; bent, they are others,
// if not as many as they are. Whisper base understands little of espeak-ng.
var (
	Piper  = []Voice{piperVoice(0, 1), piperVoice(250, 1.05), piperVoice(-250, 0.9), piperVoice(100, 1.25), piperVoice(450, 1.1), piperVoice(-100, 0.8)}
	Flite  = []Voice{fliteVoice("slt", 0, 1), fliteVoice("rms", 0, 1), fliteVoice("awb", 0, 1), fliteVoice("kal16", 0, 1), fliteVoice("slt", 250, 1.1), fliteVoice("rms", -150, 0.9)}
	Espeak = []Voice{espeakVoice("en-us"), espeakVoice("en-us+f3"), espeakVoice("en-gb"), espeakVoice("en-gb+f4"), espeakVoice("en-gb-scotland"), espeakVoice("en-us+m7")}
	Korean = []Voice{{"espeak", "ko", "ko", 0, 1}, {"espeak", "ko+f3", "ko", 0, 1}, {"espeak", "ko+m3", "ko", 0, 0.85}, {"espeak", "ko+f5", "ko", 0, 1.1}}
)

func piperVoice(pitch int, tempo float64) Voice { return Voice{"piper", "joe", "en", pitch, tempo} }
func fliteVoice(name string, pitch int, tempo float64) Voice {
	return Voice{"flite", name, "en", pitch, tempo}
}
func espeakVoice(name string) Voice { return Voice{"espeak", name, "en", 0, 1} }

// A Studio has the voices speak. What was said once is kept.
type Studio struct {
	piper *piper.Piper
	said  map[string][]float32
}

// Open finds the engines. Those that are missing are named in an error when they
// are first asked for.
func Open() *Studio { return &Studio{said: map[string][]float32{}} }

// Close ends the engines.
func (s *Studio) Close() error {
	if s.piper == nil {
		return nil
	}
	return s.piper.Close()
}

// Installed are those of the voices whose engine is there.
func (s *Studio) Installed(vs []Voice) (out []Voice) {
	for _, v := range vs {
		program := map[string]string{"flite": "flite", "espeak": "espeak-ng"}[v.Engine]
		_, err := exec.LookPath(program)
		if v.Engine == "piper" {
			_, err = piper.New(piper.Options{})
		}
		if err == nil {
			out = append(out, v)
		}
	}
	return out
}

// Say gives a text at audio.Rate, without the quiet around it.
func (s *Studio) Say(ctx context.Context, v Voice, text string) ([]float32, error) {
	key := v.String() + "\x00" + text
	if x, ok := s.said[key]; ok {
		return x, nil
	}
	plain := v
	plain.Pitch, plain.Tempo = 0, 1
	x, ok := s.said[plain.String()+"\x00"+text]
	if !ok {
		var err error
		if x, err = s.synthesize(ctx, v, text); err != nil {
			return nil, fmt.Errorf("%v says %q: %w", v, text, err)
		}
		x = trim(x)
		s.said[plain.String()+"\x00"+text] = x
	}
	if plain != v {
		var err error
		if x, err = bend(ctx, x, v.Pitch, v.Tempo); err != nil {
			return nil, fmt.Errorf("%v: %w", v, err)
		}
		s.said[key] = x
	}
	return x, nil
}

func (s *Studio) synthesize(ctx context.Context, v Voice, text string) ([]float32, error) {
	switch v.Engine {
	case "piper":
		if s.piper == nil {
			p, err := piper.New(piper.Options{})
			if err != nil {
				return nil, err
			}
			s.piper = p
		}
		src, err := s.piper.Synthesize(ctx, text, "en")
		if err != nil {
			return nil, err
		}
		defer src.Close()
		return audio.ReadAll(audio.Resample(src, audio.Rate))
	case "flite":
		return program(ctx, func(out string) *exec.Cmd {
			return exec.CommandContext(ctx, "flite", "-voice", v.Name, "-t", text, "-o", out)
		})
	case "espeak":
		return program(ctx, func(out string) *exec.Cmd {
			c := exec.CommandContext(ctx, "espeak-ng", "--stdin", "-b", "1", "-v", v.Name, "-s", "150", "-w", out)
			c.Stdin = strings.NewReader(text + "\n")
			return c
		})
	}
	return nil, fmt.Errorf("there is no engine %q", v.Engine)
}

// program runs what writes a WAV file and reads that.
func program(_ context.Context, command func(out string) *exec.Cmd) (samples []float32, err error) {
	f, err := os.CreateTemp("", "deputy-voice-*.wav")
	if err != nil {
		return nil, err
	}
	f.Close()
	defer os.Remove(f.Name())
	c := command(f.Name())
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", c.Args[0], err, bytes.TrimSpace(out))
	}
	return ReadFile(f.Name())
}

// ReadFile reads a WAV file at audio.Rate.
func ReadFile(path string) ([]float32, error) {
	src, err := wav.Open(path)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return audio.ReadAll(audio.Resample(src, audio.Rate))
}

// bend changes pitch, in cents, and tempo.
func bend(ctx context.Context, samples []float32, pitch int, tempo float64) ([]float32, error) {
	raw := []string{"-t", "f32", "-r", fmt.Sprint(audio.Rate), "-c", "1", "-"}
	c := exec.CommandContext(ctx, "sox", append(append(append([]string{"-V1", "-v", "0.8"}, raw...), raw...), "pitch", fmt.Sprint(pitch), "tempo", "-s", fmt.Sprint(tempo))...)
	var in bytes.Buffer
	binary.Write(&in, binary.LittleEndian, samples) //nolint:errcheck // to memory
	c.Stdin = &in
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("sox (apt-get install sox): %w: %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	bent := make([]float32, len(out)/4)
	if _, err := binary.Decode(out, binary.LittleEndian, bent); err != nil {
		return nil, err
	}
	if len(bent) == 0 {
		return nil, errors.New("sox gave nothing")
	}
	return bent, nil
}

// trim takes the quiet off both ends, but for a little.
func trim(x []float32) []float32 {
	loud := float32(0)
	for _, s := range x {
		loud = max(loud, float32(math.Abs(float64(s))))
	}
	from, to := len(x), 0
	for i, s := range x {
		if float32(math.Abs(float64(s))) > loud/50 {
			from, to = min(from, i), i+1
		}
	}
	if from >= to {
		return x
	}
	const some = audio.Rate / 50
	return x[max(0, from-some):min(len(x), to+some)]
}
