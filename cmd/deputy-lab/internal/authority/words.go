package authority

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"deputy/audio"
	"deputy/audio/wav"
	"deputy/cmd/deputy-lab/internal/voices"
)

// refusals are the single words that refuse or stop.
var refusals = map[string][]string{"en": {"stop", "no", "wait"}, "ko": {"그만", "아니", "잠깐", "하지 마"}}

// words records the refusals by every synthetic voice at hand, a folder with a
// manifest for each engine, for deputy-lab trial stop.
func words(ctx context.Context, dir string, most int) (err error) {
	studio := voices.Open()
	defer func() { err = errors.Join(err, studio.Close()) }()
	lists := map[string][]string{}
	all := studio.Installed(slices.Concat(voices.Piper, voices.Flite, voices.Espeak, voices.Korean))
	for i, v := range all {
		if n := i - slices.IndexFunc(all, func(o voices.Voice) bool { return o.Engine == v.Engine && o.Lang == v.Lang }); n >= most {
			continue
		}
		folder := filepath.Join(dir, v.Engine)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for n, text := range refusals[v.Lang] {
			samples, err := studio.Say(ctx, v, text+".")
			if err != nil {
				return err
			}
			name := fmt.Sprintf("%s_%02d_%d.wav", v.Lang, i, n)
			w, err := wav.Create(filepath.Join(folder, name), audio.Rate)
			if err != nil {
				return err
			}
			if err := errors.Join(w.Write(samples), w.Close()); err != nil {
				return err
			}
			lists[folder] = append(lists[folder], strings.Join([]string{name, text, v.Lang, v.String()}, "\t"))
		}
	}
	for folder, rows := range lists {
		text := "file\ttranscript\tlang\tvoice\n" + strings.Join(rows, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(folder, "manifest.tsv"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
