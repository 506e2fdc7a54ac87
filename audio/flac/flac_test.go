package flac

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goflac "github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"

	"deputy/audio"
	"deputy/audio/audiotest"
)

// file encodes samples, the same on every channel.
func file(t testing.TB, samples []float32, rate, channels, bits int) []byte {
	t.Helper()
	var out bytes.Buffer
	info := &meta.StreamInfo{
		BlockSizeMin: 4096, BlockSizeMax: 4096, SampleRate: uint32(rate),
		NChannels: uint8(channels), BitsPerSample: uint8(bits), NSamples: uint64(len(samples)),
	}
	enc, err := goflac.NewEncoder(&out, info)
	if err != nil {
		t.Fatal(err)
	}
	for len(samples) > 0 {
		n := min(4096, len(samples))
		f := &frame.Frame{Header: frame.Header{
			HasFixedBlockSize: false, BlockSize: uint16(n), SampleRate: uint32(rate),
			Channels: frame.Channels(channels - 1), BitsPerSample: uint8(bits),
		}}
		for range channels {
			sub := &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, NSamples: n}
			for _, s := range samples[:n] {
				sub.Samples = append(sub.Samples, int32(math.Round(float64(s)*float64(int(1)<<(bits-1)))))
			}
			f.Subframes = append(f.Subframes, sub)
		}
		if err := enc.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
		samples = samples[n:]
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRead(t *testing.T) {
	for _, rate := range []int{8000, 16000, 44100} {
		for _, channels := range []int{1, 2} {
			for _, bits := range []int{8, 16, 24} {
				want := audiotest.ToneAt(rate, time.Second, 440, 0.5)
				src, err := Read(bytes.NewReader(file(t, want, rate, channels, bits)))
				if err != nil {
					t.Fatalf("%d Hz, %d channels, %d bits: %v", rate, channels, bits, err)
				}
				got, err := audio.ReadAll(src)
				if err != nil || len(got) != len(want) || src.Rate() != rate {
					t.Errorf("%d Hz, %d channels, %d bits: got %d samples at %d Hz, %v, want %d",
						rate, channels, bits, len(got), src.Rate(), err, len(want))
					continue
				}
				for i := range got {
					if d := math.Abs(float64(got[i] - want[i])); d > math.Pow(2, float64(1-bits)) {
						t.Errorf("%d Hz, %d channels, %d bits: sample %d: got %v, want %v", rate, channels, bits, i, got[i], want[i])
						break
					}
				}
			}
		}
	}
}

func TestBroken(t *testing.T) {
	good := file(t, audiotest.Noise(time.Second, 0.1, 1), audio.Rate, 1, 16)
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("this is not FLAC"), "only the signature": []byte("fLaC"), "half a header": good[:20],
	} {
		path := filepath.Join(t.TempDir(), "x.flac")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the path", name, err)
		}
	}
	src, err := Read(bytes.NewReader(good[:len(good)/2]))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := audio.ReadAll(src); err != nil || len(got) < 4096 {
		t.Errorf("cut short: got %d samples, %v, want the frames that are whole", len(got), err)
	}
	// Whatever is altered, there is no panic.
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		bad := bytes.Clone(good)
		for range 1 + rng.IntN(5) {
			bad[rng.IntN(min(len(bad), 500))] = byte(rng.IntN(256))
		}
		if src, err := Read(bytes.NewReader(bad)); err == nil {
			audio.ReadAll(src)
		}
	}
}

func TestSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.flac")
	if err := os.WriteFile(path, file(t, audiotest.Noise(time.Second, 0.1, 1), audio.Rate, 2, 16), 0o600); err != nil {
		t.Fatal(err)
	}
	audiotest.TestSource(t, func() audio.Source {
		src, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}
