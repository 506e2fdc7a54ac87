// Package bench measures how long a Deputy takes on this machine, from the end of speech to the first sound, and what it
// costs to have it idle. It knows the loop's timelines, not what is in them.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/event"
	"deputy/agent/timing"
	"deputy/audio"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/cmd/internal/rehearsal"
	"deputy/configs"
	"deputy/tts"
	"deputy/tts/piper"
)

// Command is deputy-lab bench.
func Command() *cobra.Command {
	b, config := bencher{}, ""
	var clips, drafts bool
	c := &cobra.Command{
		Use:   "bench [RECORDING...]",
		Short: "Measure this machine: from the end of speech to text, to the model's first token, to the first sound",
		Long: `Bench speaks each recording, at its own pace, into the real loop (voice detector,
endpoint, transcriber, language model, voice; only the sound card is left out) and
prints percentiles. What an order asks leave for is refused. Recordings should hold
one order each, at most 5 s long; without any a synthetic user speaks twelve orders
of its own. With --stand-in a server that answers at once takes the language model's
place: what is left is Deputy's own share.`,
		RunE: func(c *cobra.Command, files []string) error {
			cfg, err := configs.LoadUser(config)
			if err != nil {
				return err
			}
			if clips {
				return benchClips(c.Context(), cfg, drafts, c.InOrStdin(), c.OutOrStdout())
			}
			return b.run(c.Context(), cfg, files, c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&b.withModel, "model", true, "with the language model and the voice")
	c.Flags().BoolVar(&b.standIn, "stand-in", false, "with a model server that answers at once, over HTTP")
	c.Flags().DurationVar(&b.idle, "idle", 20*time.Second, "how long to measure idling; 0 leaves it out")
	c.Flags().BoolVar(&clips, "clips", false, "only hear: read lines {\"file\": PATH} and print what was heard in each, and when, as a line of JSON")
	c.Flags().BoolVar(&drafts, "drafts", true, "with --clips: begin to transcribe in the pause; false begins at the endpoint")
	c.Flags().StringVar(&config, "config", "", "configuration file (default: the one that deputy reads)")
	c.Flags().StringVar(&b.program, "deputy", "", "the Deputy whose idling is measured (default: the one beside this program)")
	c.Flags().IntVar(&b.orders, "orders", 5, "how many of the recordings are given to the language model")
	return c
}

// A bencher holds what is measured, in the order of the recordings.
type bencher struct {
	withModel bool
	standIn   bool
	idle      time.Duration
	orders    int
	program   string // the Deputy whose idling is measured; "" is the one beside this

	// mu guards unheard: it comes from the listener's and the desk's goroutines.
	mu      sync.Mutex
	unheard []timing.Turn // utterances of which nothing followed
}

func (b *bencher) run(ctx context.Context, cfg configs.Config, files []string, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "deputy-bench-")
	if err != nil {
		return fmt.Errorf("make a place for the bench: %w", err)
	}
	defer os.RemoveAll(dir)
	if b.idle > 0 {
		if err := b.measureIdle(ctx, dir, out); err != nil {
			return err
		}
	}
	cfg = app.Within(cfg, dir)
	cfg.Audio.Mode, cfg.Audio.Address = "hands-free", "open" // nobody in the recordings knows the name
	if b.standIn {
		s, err := openStandIn()
		if err != nil {
			return err
		}
		defer s.Close()
		s.configure(&cfg)
	}
	st := listen.NewStage()
	p := app.Overrides{Source: st, Timed: b.timed, Player: tts.Silent{}}
	if !b.withModel {
		p.Model, p.Instant = &rehearsal.ScriptedModel{}, true
	}
	a, err := app.Build(ctx, cfg, p)
	if err != nil {
		return err
	}
	events, unwatch := a.Feed.Watch()
	defer unwatch()
	stop := a.Start(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	r := &rehearsal.Rehearsal{App: a, Stage: st, Config: cfg, Feed: events, Patience: 3 * time.Minute}
	r.Seen = func(e event.Event) {
		if p, put := e.Body.(event.AskDelivered); put { // what is said next is an order, no answer
			a.Desk.Tell(event.Answered{Ask: p.Ask, By: "bench"})
		}
	}
	if err := r.Rest(ctx); err != nil {
		return err
	}
	err = b.speak(ctx, r, files)
	b.print(out, a.Trace.Turns()) // also when one order never ended: the others were measured
	return err
}

// benchOrders are spoken where no recordings are given.
var benchOrders = []string{
	"Write a shopping list with milk, eggs and bread.", "Read the report and tell me the revenue.",
	"Take a note that the meeting is on Friday.", "Remind me in ten minutes to call Anna.",
	"List the files in my folder.", "What time is it now?", "Search my files for the budget.",
	"Write a short letter of thanks to the team.", "How many people work in the new office?",
	"Make a file called plan with three ideas.", "Tell me a joke.", "Write down the phone number five five five one two three.",
}

// speak plays the recordings, or the synthetic orders, one after the other.
func (b *bencher) speak(ctx context.Context, r *rehearsal.Rehearsal, files []string) error {
	n := len(files)
	if n == 0 {
		n = len(benchOrders)
	}
	if b.withModel {
		n = min(n, b.orders)
	}
	if len(files) > 0 {
		for _, f := range files[:n] {
			if err := r.Speak(ctx, f); err != nil {
				return err
			}
		}
		return nil
	}
	user, err := piper.New(piper.Options{})
	if err != nil {
		return fmt.Errorf("without recordings a synthetic user is needed: %w", err)
	}
	defer user.Close()
	for _, text := range benchOrders[:n] {
		src, err := user.Synthesize(ctx, text, "en")
		if err != nil {
			return err
		}
		samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
		src.Close()
		if err == nil {
			err = r.SpeakSamples(ctx, samples)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// timed takes note of the turns that the tracer does not keep.
func (b *bencher) timed(t timing.Turn) {
	if t.Kind == timing.Noise || t.Kind == timing.Ignored {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.unheard = append(b.unheard, t)
	}
}

// print writes the percentiles of each stage, tab-separated.
func (b *bencher) print(out io.Writer, turns []timing.Turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	noise := 0
	for _, t := range b.unheard {
		if t.Kind == timing.Noise {
			noise++
		}
	}
	turns = append(turns, b.unheard...)
	stages := map[timing.Stage][]time.Duration{}
	for _, t := range turns {
		for _, s := range t.Spans() {
			stages[s.Stage] = append(stages[s.Stage], s.Took)
		}
	}
	fmt.Fprintf(out, "utterances\t%d, %d with text\n", len(turns), len(turns)-noise)
	fmt.Fprintln(out, "what\tn\tp50\tp95\tmax")
	for _, s := range timing.Stages {
		row(out, strings.ReplaceAll(string(s), "_", " "), stages[s])
	}
}

func row(out io.Writer, what string, d []time.Duration) {
	if len(d) == 0 {
		return
	}
	slices.Sort(d)
	at := func(q float64) time.Duration { return d[min(len(d)-1, int(q*float64(len(d))))].Round(time.Millisecond) }
	fmt.Fprintf(out, "%s\t%d\t%v\t%v\t%v\n", what, len(d), at(0.5), at(0.95), d[len(d)-1].Round(time.Millisecond))
}
