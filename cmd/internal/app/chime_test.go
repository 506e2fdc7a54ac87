//go:build whisper

package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/configs"
	"deputy/stt"
	"deputy/stt/whisper"
	"deputy/tts"
	"deputy/tts/ttstest"
)

// chime is the acknowledgement as it leaves for the speaker, at audio.Rate.
func chime(t *testing.T) []float32 {
	t.Helper()
	var sound []float32
	rate := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	v := tts.NewVoice(tts.Options{
		Player: ttstest.Recorder{Write: func(s []float32, r int) error {
			sound, rate = append(sound, s...), r
			return nil
		}},
		Chimed: func(_, _ time.Time) { cancel() },
	})
	if err := v.Chime(ctx); err != nil {
		t.Fatal(err)
	}
	if err := v.Run(ctx, nil); err != nil {
		t.Fatal(err)
	}
	out, err := audio.ReadAll(audio.Resample(audio.Slice(sound, rate), audio.Rate))
	if err != nil || len(out) < audio.Rate/10 {
		t.Fatalf("got %d samples of the chime, %v", len(out), err)
	}
	return out
}

// TestChimeIsNoSpeech: the detector of voices doesn't hear one in the chime,
// however loud the room makes it.
func TestChimeIsNoSpeech(t *testing.T) {
	d, err := whisper.NewDetector(ModelFile(configs.Default().STT.Detector))
	if errors.Is(err, stt.ErrNoModel) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, gain := range []float32{0.1, 1, 7} {
		sound := chime(t)
		for i := range sound {
			sound[i] *= gain
		}
		room := audiotest.Join(audiotest.Silence(500*time.Millisecond), sound, audiotest.Silence(time.Second))
		for ev, err := range audio.Listen(audio.Slice(room, audio.Rate), d, nil) {
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("%v times as loud: got %T, want nothing heard", gain, ev)
		}
	}
}
