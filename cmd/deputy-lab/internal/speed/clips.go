package speed

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deputy/audio"
	"deputy/audio/flac"
	"deputy/audio/wav"
	"deputy/cmd/deputy-lab/internal/recordings"
)

// A clip is one recording, as every system gets it: 16 kHz, mono, 16 bits.
type clip struct {
	recordings.Clip
	path, from string // as everybody gets it, and the recording
	// end is where its speech ends and speech how much there is, in seconds, by Deputy's own detector; the clip's end
	// and length where it finds none.
	end, speech float64
	length      float64
}

// folders hold people's own voices, in sentences.
var folders = []string{"dictation_misc", "homecmd_misc", "ko_misc", "picovoice_demo", "pocketsphinx", "speechbrain_samples"}

// chosen are the recordings of the folders with two words or more, at most as long as wished, each once; all the Korean
// ones, of which there are few, and the English ones thinned out evenly to the wished number. They are put into dir.
func chosen(o options, dir string) ([]clip, error) {
	all, err := recordings.Clips(o.speech)
	if err != nil {
		return nil, fmt.Errorf("%w; name the recordings' folder with -speech or DEPUTY_SPEECH", err)
	}
	seen := map[[sha256.Size]byte]bool{}
	byLang := map[string][]clip{}
	for _, c := range wanted(all) {
		path := filepath.Join(o.speech, c.Folder, c.File)
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(data); seen[sum] {
			continue
		} else {
			seen[sum] = true
		}
		samples, err := samplesOf(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		length := audio.Samples(len(samples)).Duration()
		if length > o.longest {
			continue
		}
		n := len(byLang["en"]) + len(byLang["ko"])
		made := clip{Clip: c, from: path, path: filepath.Join(dir, fmt.Sprintf("%03d.wav", n)), length: length.Seconds()}
		if err := save(made.path, samples); err != nil {
			return nil, err
		}
		byLang[c.Lang] = append(byLang[c.Lang], made)
	}
	korean, english := byLang["ko"], byLang["en"]
	if o.clips > 0 {
		korean = thinned(korean, (o.clips+1)/2)
		english = thinned(english, o.clips-len(korean))
	}
	if len(korean)+len(english) == 0 {
		return nil, fmt.Errorf("no recording of at most %v in %s", o.longest.Round(time.Second), strings.Join(folders, ", "))
	}
	return mixed(english, korean), nil
}

// wanted are the clips to measure on, before anybody has looked at the sound.
func wanted(all []recordings.Clip) []recordings.Clip {
	var out []recordings.Clip
	for _, folder := range folders {
		for _, c := range all {
			if c.Folder == folder && !c.Synthetic && len(strings.Fields(c.Reference)) > 1 {
				out = append(out, c)
			}
		}
	}
	return out
}

// thinned keeps n clips, evenly spread; all if there are fewer.
func thinned(clips []clip, n int) []clip {
	if n >= len(clips) {
		return clips
	}
	var out []clip
	for i := range n {
		out = append(out, clips[i*len(clips)/n])
	}
	return out
}

// mixed spreads the shorter list evenly over the longer one, so that a disturbance meets both languages.
func mixed(long, short []clip) []clip {
	if len(short) > len(long) {
		long, short = short, long
	}
	var out []clip
	for i, c := range long {
		out = append(out, c)
		out = append(out, short[i*len(short)/len(long):(i+1)*len(short)/len(long)]...)
	}
	return out
}

func samplesOf(path string) ([]float32, error) {
	var src audio.Source
	var err error
	if strings.HasSuffix(path, ".flac") {
		src, err = flac.Open(path)
	} else {
		src, err = wav.Open(path)
	}
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return audio.ReadAll(audio.Resample(src, audio.Rate))
}

func save(path string, samples []float32) error {
	w, err := wav.Create(path, audio.Rate)
	if err != nil {
		return err
	}
	return errors.Join(w.Write(samples), w.Close())
}
