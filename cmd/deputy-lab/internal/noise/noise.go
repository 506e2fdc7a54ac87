// Package noise plays what is no answer at an ask that stands, in real time, and counts what is made of it. It knows
// sounds and asks; what decides is Deputy's own code.
package noise

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/tool"
	"deputy/audio"
	"deputy/audio/audiotest/pulse"
	"deputy/audio/portaudio"
	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/rehearsal"
	"deputy/configs"
	"deputy/internal/proc"
)

// A noiseTrial plays what is no answer into a room in which an ask stands all
// the time, and counts what is made of it.
type noiseTrial struct {
	length  time.Duration
	seed    uint64
	rooms   int
	speech  string        // folder of recordings
	log     string        // every utterance goes there, TSV; "" keeps none
	stretch time.Duration // each ask stands at least that long
}

// Command is deputy-lab trial noise.
func Command() *cobra.Command {
	n, asJSON := noiseTrial{}, false
	c := &cobra.Command{
		Use:   "noise",
		Short: "Play noise, music and strangers' speech at an open ask and count what approves it",
		Long: `Noise starts a private sound server with a virtual microphone and the real loop
(microphone, voice detector, recogniser, desk, consent, journal). A scripted model
wants an action of level L2, L3 or L4 all the time, in English and Korean by turns;
Deputy's lines are said at once and without sound, so that an ask is open nearly all
the time. Into the microphone goes, in real time, everything in the folder of
recordings, and sounds made here. It prints a Markdown table; the exit status is 1
if any action was carried out.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := n.run(c.Context())
			switch {
			case asJSON:
				err = errors.Join(err, json.NewEncoder(c.OutOrStdout()).Encode(r))
			case len(r.Parts) > 0: // what was played until it was interrupted counts too
				r.print(c.OutOrStdout())
			}
			if err == nil && r.effects() > 0 {
				err = fmt.Errorf("%d actions were carried out, want none", r.effects())
			}
			return err
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print the counts as JSON")
	f.DurationVar(&n.length, "time", 3*time.Minute, "how long to play")
	f.Uint64Var(&n.seed, "seed", 1, "what decides the order, the levels and the mixtures")
	f.IntVar(&n.rooms, "rooms", 1, "how many rooms to play in at the same time, each a process of its own")
	f.DurationVar(&n.stretch, "stretch", 20*time.Second, "how long each ask stands at least; short sounds are played in a row")
	f.StringVar(&n.speech, "speech", recordings.Dir(), "folder of the recordings")
	f.StringVar(&n.log, "log-file", "", "write every utterance with what became of it to this file")
	return c
}

func (n noiseTrial) run(ctx context.Context) (noiseReport, error) {
	if n.rooms > 1 {
		return n.runRooms(ctx)
	}
	dir, err := os.MkdirTemp("", "deputy-noise-")
	if err != nil {
		return noiseReport{}, fmt.Errorf("make a place for the trial: %w", err)
	}
	defer os.RemoveAll(dir)
	rng := rand.New(rand.NewPCG(n.seed, 1))
	clips, err := noiseClips(ctx, n.speech, rng)
	if err != nil {
		return noiseReport{}, err
	}
	sound, err := pulse.Start(context.WithoutCancel(ctx), filepath.Join(dir, "sound"))
	if err != nil {
		return noiseReport{}, fmt.Errorf("start the private sound server: %w", err)
	}
	defer sound.Stop()
	if err := sound.Use(); err != nil {
		return noiseReport{}, err
	}
	l := &noiseLedger{phrases: map[string]string{}}
	err = n.around(ctx, dir, l, func(ctx context.Context, a *app.App) error {
		return n.play(ctx, a, l, sound, newNoisePlan(clips, rng, n.stretch))
	})
	if n.log != "" {
		err = errors.Join(err, l.write(n.log))
	}
	return l.report(), err
}

// around runs the real loop around f.
func (n noiseTrial) around(ctx context.Context, dir string, l *noiseLedger, f func(context.Context, *app.App) error) (err error) {
	cfg := app.Within(configs.Default(), dir)
	cfg.Audio.Mode = "hands-free"
	mic, err := portaudio.OpenMic(nil)
	if err != nil {
		return err
	}
	a, err := app.Build(ctx, cfg, app.Overrides{
		Source: &countedSource{mic, &l.heard}, Model: noiseModel{}, Tools: []tool.Tool{&rehearsal.Tool{}}, Rows: rehearsal.ToolRows, Instant: true,
		Heard: l.hear, Said: l.said, Observe: l.observe,
	})
	if err != nil {
		return err
	}
	l.know(a)
	stop := a.Start(ctx)
	return errors.Join(f(ctx, a), stop())
}

// A countedSource counts the samples that were read from it, at audio.Rate: a
// machine that is too busy loses some.
type countedSource struct {
	audio.Source
	n *atomic.Int64
}

func (c *countedSource) Read(buf []float32) (int, error) {
	n, err := c.Source.Read(buf)
	c.n.Add(int64(n) * audio.Rate / int64(c.Rate()))
	return n, err
}

// noiseTail is the quiet behind each stretch: the last utterance needs its
// endpoint.
const noiseTail = 1500 * time.Millisecond

// play plays stretch after stretch until the time is over.
func (n noiseTrial) play(ctx context.Context, a *app.App, l *noiseLedger, sound *pulse.Server, plan *noisePlan) error {
	for end := time.Now().Add(n.length); time.Now().Before(end); {
		s, err := plan.next(ctx)
		if err != nil {
			return err
		}
		if err := l.ask(ctx, a.Desk, s); err != nil {
			return err
		}
		l.begin(s)
		err = sound.Speak(ctx, append(s.samples, make([]float32, audio.Count(noiseTail))...))
		if err == nil {
			err = Settle(ctx, a.Listener.Busy)
		}
		l.end()
		if err != nil {
			return err
		}
	}
	return nil
}

// runRooms plays in several processes, since a process has one sound server.
func (n noiseTrial) runRooms(ctx context.Context) (noiseReport, error) {
	self, err := os.Executable()
	if err != nil {
		return noiseReport{}, fmt.Errorf("find this program: %w", err)
	}
	var outs []io.Reader
	var rooms []*exec.Cmd
	for i := range n.rooms {
		args := []string{"trial", "noise", "--json", "--time", n.length.String(), "--speech", n.speech, "--stretch", n.stretch.String(), "--seed", strconv.FormatUint(n.seed+uint64(i), 10)}
		if n.log != "" {
			args = append(args, "--log-file", n.log+"."+strconv.Itoa(i+1))
		}
		c := proc.Command(ctx, proc.Grant{Inherit: []string{"*"}}, self, args...)
		c.Stderr = os.Stderr
		proc.DieWithParent(c, syscall.SIGTERM)
		c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) } // it still tells what it has
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			return noiseReport{}, fmt.Errorf("start room %d: %w", i+1, err)
		}
		outs, rooms = append(outs, out), append(rooms, c)
	}
	var all noiseReport
	for i, c := range rooms {
		var r noiseReport
		if e := errors.Join(json.NewDecoder(outs[i]).Decode(&r), c.Wait()); e != nil && err == nil {
			err = fmt.Errorf("room %d: %w", i+1, e)
		}
		all.add(r)
	}
	return all, cmp.Or(ctx.Err(), err)
}
