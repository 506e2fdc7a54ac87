// Package stops says single words at every moment at which one may refuse or stop something, and counts what becomes of
// them. It knows words and moments; what decides is Deputy's own code.
package stops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"deputy/agent/consent"
	"deputy/audio"
	"deputy/cmd/deputy-lab/internal/noise"
	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt"
)

// A stopTrial has single words spoken at every moment at which one may refuse or
// stop something, and counts what becomes of them.
type stopTrial struct {
	speech  []string // folders of recordings
	words   []string // only these; none means all
	most    int      // recordings of each word in each folder; 0 is all
	others  bool     // words that refuse nothing, too
	moments []string
	rooms   int
	log     string // every run goes there, TSV; "" keeps none
}

// Command is deputy-lab trial stop.
func Command() *cobra.Command {
	s, asJSON := stopTrial{}, false
	c := &cobra.Command{
		Use:   "stop",
		Short: "Say stop and no at every moment and count what becomes of it",
		Long: `Stop speaks recordings of single words (stop, no, wait, 그만, 아니, 잠깐, 하지 마)
into the real loop (voice detector, endpoint, recogniser, filter, desk) at each
moment: while an ask is spoken; while it stands; in the grace of an irrevocable
effect, early, late, and while Deputy speaks; over a report; while a note is open. The recordings
are those of the folders' manifests whose transcript is one of the words;
deputy-lab authority words records them by every synthetic voice. It prints Markdown
tables. The exit status is 1 if a refusal that was written down was lost, or an
effect ran although its stop had begun in time and was written down.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := s.run(c.Context())
			switch {
			case asJSON:
				err = errors.Join(err, json.NewEncoder(c.OutOrStdout()).Encode(r))
			case len(r) > 0:
				r.print(c.OutOrStdout())
			}
			if s.log != "" {
				err = errors.Join(err, r.write(s.log))
			}
			if err == nil && r.failed() {
				err = errors.New("a refusal that was written down was lost, or an effect ran although its stop had begun in time")
			}
			return err
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print every run as JSON")
	f.StringSliceVar(&s.speech, "speech", []string{recordings.Dir()}, "folders of recordings with their manifests")
	f.StringSliceVar(&s.words, "words", nil, "only these words")
	f.IntVar(&s.most, "most", 0, "at most so many recordings of each word in each folder; 0 is all")
	f.BoolVar(&s.others, "others", false, "also single words that refuse nothing, while an ask stands and in the grace")
	f.StringSliceVar(&s.moments, "moments", stopMoments, "only these moments")
	f.IntVar(&s.rooms, "rooms", 2, "how many are played at the same time")
	f.StringVar(&s.log, "log-file", "", "write every run with what became of it to this file")
	return c
}

// refusals are the words that are spoken, with their languages.
var refusals = map[string]string{
	"stop": "en", "no": "en", "wait": "en", "don't": "en", "그만": "ko", "아니": "ko", "잠깐": "ko", "하지 마": "ko",
}

// A saying is one recording of a single word.
type saying struct{ word, language, source, path string }

// sayings are the recordings of single words in the folders.
func (s stopTrial) sayings() (out []saying, err error) {
	said := map[string]int{}
	for _, dir := range s.speech {
		rows, err := noise.Labelled(dir)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			word := strings.ToLower(strings.Trim(row["transcript"], " .!"))
			lang, refuses := refusals[word]
			if !refuses && (!s.others || word == "" || strings.Contains(word, " ") || row["lang"] != "") {
				continue
			}
			if len(s.words) > 0 && !slices.Contains(s.words, word) {
				continue
			}
			if lang == "" {
				lang = "en"
			}
			source, _ := filepath.Rel(dir, row["path"])
			source, _, _ = strings.Cut(filepath.ToSlash(source), "/")
			if key := source + "/" + word; s.most == 0 || said[key] < s.most {
				said[key]++
				out = append(out, saying{word, lang, source, row["path"]})
			}
		}
	}
	return out, nil
}

// refuses says whether a text reads as a refusal, a delay or a stop.
func refuses(text, language string) bool {
	if text == "" {
		return false
	}
	switch consent.Read(noise.PlainQuestion(), consent.Answer{Text: text, Language: language, Typed: true}).Reading {
	case consent.Deny, consent.Later:
		return true
	}
	return false
}

// run plays every saying at every moment, each with a desk of its own.
func (s stopTrial) run(ctx context.Context) (stopReport, error) {
	all, err := s.sayings()
	if err != nil {
		return nil, err
	}
	cfg := configs.Default()
	engine, err := app.Recogniser(cfg, "", slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	type job struct {
		at int
		m  string
		s  saying
	}
	var jobs []job
	for _, m := range s.moments {
		if !slices.Contains(stopMoments, m) {
			return nil, fmt.Errorf("there is no moment %q (known: %s)", m, strings.Join(stopMoments, ", "))
		}
		for _, say := range all {
			if refusals[say.word] != "" || m == momentAsk || m == momentEarly {
				jobs = append(jobs, job{len(jobs), m, say})
			}
		}
	}
	report, errs := make(stopReport, len(jobs)), make([]error, len(jobs))
	var g errgroup.Group
	g.SetLimit(max(1, s.rooms))
	for _, j := range jobs {
		g.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			r, err := playStop(ctx, engine, j.m, j.s)
			if err != nil { // the others are played all the same
				errs[j.at] = fmt.Errorf("%s, %s: %w", j.m, j.s.path, err)
				return nil
			}
			report[j.at] = r
			return nil
		})
	}
	err = g.Wait()
	return report.done(), errors.Join(err, ctx.Err(), errors.Join(errs...))
}

// playStop plays one saying at one moment.
func playStop(ctx context.Context, engine stt.Transcriber, moment string, s saying) (run stopRun, err error) {
	samples, err := listen.ReadSound(ctx, s.path)
	if err != nil {
		return run, err
	}
	dir, err := os.MkdirTemp("", "deputy-stop-")
	if err != nil {
		return run, fmt.Errorf("make a place for the trial: %w", err)
	}
	defer os.RemoveAll(dir)
	r, err := openStopRoom(ctx, dir, engine)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.prepare(r.ctx, moment, s.language); err != nil {
		return run, err
	}
	lead := wordBegins(samples)
	if moment == momentLate {
		// The word begins shortly before the grace is over, and ends after it.
		if err := noise.Pause(r.ctx, time.Until(r.until().Add(-lateBy-lead))); err != nil {
			return run, err
		}
	}
	run = stopRun{Moment: moment, Word: s.word, Source: s.source, File: filepath.Base(s.path)}
	began := r.begin().Add(lead)
	if err := r.speak(samples); err != nil {
		return run, err
	}
	until := r.until()
	run.InTime = !until.IsZero() && began.Before(until)
	r.tell(&run)
	return run, nil
}

// lateBy is how long before the end of the grace a late word begins.
const lateBy = 400 * time.Millisecond

// wordBegins is how far in the word begins.
func wordBegins(samples []float32) time.Duration {
	loudest := float32(0)
	for _, x := range samples {
		loudest = max(loudest, x, -x)
	}
	for i, x := range samples {
		if max(x, -x) > loudest/10 {
			return audio.Samples(i).Duration()
		}
	}
	return 0
}
