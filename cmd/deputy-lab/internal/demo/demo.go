// Package demo plays the main job from the first word to the report, with a synthetic user who speaks into the microphone
// of a Deputy in a process of its own. It knows Deputy from outside: its socket, its files, the mails that it sends.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/event"
	"deputy/agent/journal/sqlite"
	"deputy/agent/tools/mail/smtptest"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

// Command is deputy-lab demo.
func Command() *cobra.Command {
	var language, program string
	var kills int
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play the main job from the first word to the report, without a sound card",
		Long: `Demo starts a private sound server with a virtual microphone and speaker, a mail
server that keeps what it gets, and a Deputy in a process of its own, as in daily
use. A synthetic user speaks two orders and one approval into the microphone. It
ends with what was done, what was asked, where the file and the recording are, and
a check of the journal. The exit status says whether all of it really happened.
The user's own sound, mail and files are not touched.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir := filepath.Join(configs.UserPaths().State, "demo", time.Now().Format("20060102-150405"))
			if kills > 0 {
				return killTrials(c.Context(), kills, language, program, dir, c.OutOrStdout())
			}
			scr := terminal.NewScreen(c.OutOrStdout(), app.Words(), language, terminal.Colored(c.OutOrStdout()))
			return playDemo(c.Context(), scr, program, dir)
		},
	}
	c.Flags().StringVar(&language, "lang", app.ScreenLanguage(configs.Default()), "language of the screen: en or ko")
	c.Flags().StringVar(&program, "deputy", "", "the Deputy that is shown (default: the one beside this program)")
	c.Flags().IntVar(&kills, "kill", 0, "play it that often, killing Deputy at a random point each time")
	return c
}

// The orders of the demonstration. Whisper writes them down and the local model
// carries them out; nothing here is known to either.
const (
	DemoFileOrder = "Deputy, please read the report and write a short summary of it to a new file."
	demoMailOrder = "Deputy, send the summary to finance by email."
	demoReport    = `Quarterly report, third quarter.

Revenue rose eleven percent to 4.2 million, mostly from the new office in Busan.
Costs were flat at 2.9 million. Two people will be hired in November.
`
)

// playDemo is the whole demonstration; its error is what did not happen.
func playDemo(ctx context.Context, scr *terminal.Screen, program, dir string) (err error) {
	d := &Demo{Screen: scr, Program: program, Dir: dir}
	if err := d.Open(ctx); err != nil {
		return errors.Join(err, d.Close())
	}
	err = errors.Join(d.play(ctx), d.Close())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e := d.conclude(context.WithoutCancel(ctx)); err == nil {
		err = e
	}
	return err
}

// A Demo is a demonstration under way.
type Demo struct {
	*terminal.Screen
	Dir    string
	room   *room // microphone, speaker, synthetic user
	post   *smtptest.Server
	Deputy *child
	Log    *os.File
	config string
	heard  []event.Event
	file   string          // what the first order produced
	last   string          // what the owner said last
	Tasks  map[string]bool // those of orders that are done

	Program string // the Deputy; "" is the one beside this program
	// kill ends the Deputy as a crash would when it fires; nil never does. more
	// is added to the configuration.
	kill <-chan time.Time
	More string
	Mode string // audio.mode; "" is hands-free
}

// Open starts everything that the demonstration needs.
func (d *Demo) Open(ctx context.Context) (err error) {
	workspace := d.workspace()
	for _, dir := range []string{workspace, filepath.Join(d.Dir, "run"), filepath.Join(d.Dir, "mails")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make a place for the demonstration: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(workspace, "report.txt"), []byte(demoReport), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	d.step("demo.sound")
	if d.room, err = openRoom(ctx, d.Dir); err != nil {
		return err
	}
	if d.post, err = smtptest.Start("127.0.0.1:0", filepath.Join(d.Dir, "mails")); err != nil {
		return fmt.Errorf("start the mail server: %w", err)
	}
	d.config = filepath.Join(d.Dir, "config.yaml")
	if err := os.WriteFile(d.config, []byte(demoConfig(d.Dir, cmp.Or(d.Mode, "hands-free"), d.post.Port(), d.More)), 0o600); err != nil {
		return fmt.Errorf("write the demonstration's configuration: %w", err)
	}
	if d.Log, err = os.Create(filepath.Join(d.Dir, "deputy.log")); err != nil {
		return err
	}
	d.step("demo.start")
	return d.Start(ctx)
}

func (d *Demo) workspace() string { return filepath.Join(d.Dir, "workspace") }

// Start runs the Deputy of the demonstration.
func (d *Demo) Start(ctx context.Context) (err error) {
	run := filepath.Join(d.Dir, "run")
	if d.Deputy, err = startChild(ctx, d.Program, d.config, d.room.env(run), run, d.Log); err != nil {
		return fmt.Errorf("%w: %s", err, d.Log.Name())
	}
	return nil
}

// demoConfig is the configuration of the demonstration's Deputy.
func demoConfig(dir, mode string, smtpPort int, more string) string {
	return fmt.Sprintf(`audio:
  mode: %s
agent:
  workspace: %q
  state: %q
journal:
  path: %q
mail:
  host: 127.0.0.1
  port: %d
  tls: none
  from: owner@acme.example
  known: ["finance <finance@acme.example>"]
%s`, mode, filepath.Join(dir, "workspace"), filepath.Join(dir, "state"), filepath.Join(dir, "state", "journal.db"), smtpPort, more)
}

// Close ends what open started.
func (d *Demo) Close() error {
	var errs []error
	if d.Deputy != nil {
		errs = append(errs, d.Deputy.Stop())
	}
	if d.post != nil {
		errs = append(errs, d.post.Close())
	}
	if d.room != nil {
		errs = append(errs, d.room.Close())
	}
	if d.Log != nil {
		errs = append(errs, d.Log.Close())
	}
	return errors.Join(errs...)
}

// conclude says what really happened, from the outside: the file, the mails, the
// journal.
func (d *Demo) conclude(ctx context.Context) error {
	out := d.W
	fmt.Fprintln(out)
	for _, e := range d.heard {
		switch b := e.Body.(type) {
		case event.Intended:
			fmt.Fprintf(out, "  %s: %s [%s]\n", d.Word("plan"), control.Printable(b.Summary), b.Level)
		case event.Decided:
			fmt.Fprintf(out, "  %s: %s (%s)\n", d.Word("approved"), b.Ask, b.By)
		}
	}
	mails := d.post.Mails()
	fmt.Fprintf(out, "  %s\n", d.phrase("demo.file", "path", d.file))
	fmt.Fprintf(out, "  %s\n", d.phrase("demo.mails", "n", fmt.Sprint(len(mails)), "path", filepath.Join(d.Dir, "mails")))
	fmt.Fprintf(out, "  %s\n", d.phrase("demo.recording", "path", d.room.recording))
	path := filepath.Join(d.Dir, "state", "journal.db")
	n, err := verifyJournal(ctx, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %s\n", d.phrase("demo.journal", "n", fmt.Sprint(n), "path", path))
	if len(mails) != 1 {
		return fmt.Errorf("%d mails were sent, want exactly one", len(mails))
	}
	fmt.Fprintf(out, "\n%s\n", d.phrase("demo.all"))
	return nil
}

// verifyJournal proves a journal and counts its events.
func verifyJournal(ctx context.Context, path string) (n uint64, err error) {
	j, err := sqlite.OpenReadOnly(ctx, path, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := j.Verify(ctx); err != nil {
		return 0, err
	}
	seq, _ := j.Head()
	return uint64(seq), nil
}

// step says what the demonstration does now.
func (d *Demo) step(key string) { d.Line("step", d.phrase(key)) }

// phrase renders one of the demonstration's own sentences.
func (d *Demo) phrase(key string, kv ...string) string {
	return terminal.Locale{Language: d.Language}.Say(key, kv...)
}
