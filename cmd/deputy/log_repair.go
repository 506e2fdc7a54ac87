package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/configs"
	"deputy/configs/phrases"
)

// A repair is what to do about a damaged journal. It chooses nothing by itself:
// without a choice it only tells what is wrong and what could be done.
type repair struct {
	*cli
	keep    uint64 // keep events 1 to keep; 0: no choice
	restore string // a backup; "": no choice
	empty   bool
	yes     bool

	cfg  configs.Config
	lang string
	in   io.Reader
	out  io.Writer
}

func repairCommand(a *cli) *cobra.Command {
	r := &repair{cli: a}
	c := &cobra.Command{
		Use: "repair", Short: "Show what is wrong with the journal, and repair it as you choose", Args: cobra.NoArgs,
		Long: `Shows what is wrong with the journal and where, what can still be read, and what
each way to go on would forget. It changes nothing unless you choose one of
--keep-until, --restore and --start-empty and confirm it. Nothing is ever deleted:
the old files stay beside the new ones under a dated name.`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			r.in, r.out, r.lang = c.InOrStdin(), c.OutOrStdout(), phrases.Locale()
			if r.cfg, err = a.config(); err != nil {
				return err
			}
			return r.Run(c.Context(), c)
		},
	}
	f := c.Flags()
	f.Uint64Var(&r.keep, "keep-until", 0, "keep the events 1 to `N` and forget what is after them")
	f.StringVar(&r.restore, "restore", "", "put back the events of a backup copy of journal.db (`FILE`)")
	f.BoolVar(&r.empty, "start-empty", false, "begin an empty journal")
	f.BoolVar(&r.yes, "yes", false, "do it without asking")
	return c
}

// Say prints one of the command's own sentences.
func (r *repair) Say(key string, kv ...string) { fmt.Fprintln(r.out, r.phrase(key, kv...)) }

func (r *repair) phrase(key string, kv ...string) string {
	values := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		values[kv[i]] = kv[i+1]
	}
	return phrases.Embedded().Phrase(r.lang, "repair."+key, values)
}

func (r *repair) fail(key string, kv ...string) error { return errors.New(r.phrase(key, kv...)) }

// choices counts what was chosen.
func (r *repair) choices() (n int) {
	for _, chosen := range []bool{r.keep > 0, r.restore != "", r.empty} {
		if chosen {
			n++
		}
	}
	return n
}

func (r *repair) Run(ctx context.Context, c *cobra.Command) (err error) {
	if r.choices() > 1 {
		return r.fail("one_choice")
	}
	f, err := sqlite.Examine(ctx, r.cfg.Journal.Path, app.JournalOptions(r.cfg, nil))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errNoJournal
	case errors.Is(err, journal.ErrInUse):
		return control.ErrAnother
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if len(f.Damage) == 0 {
		if f.Whole == 0 {
			return errNoJournal
		}
		if r.json {
			return r.print(c, r.findings(f, nil))
		}
		r.Say("nothing", "n", app.Number(f.Whole))
		return nil
	}
	if r.choices() == 0 {
		l, err := lossOf(f, f.Whole)
		if err != nil {
			return err
		}
		if r.json {
			err = r.print(c, r.findings(f, l))
		} else {
			r.explain(f, l)
		}
		return errors.Join(err, errSilent)
	}
	return r.carryOut(ctx, f)
}

// carryOut does what was chosen, if the owner confirms it.
func (r *repair) carryOut(ctx context.Context, f *sqlite.Findings) (err error) {
	from, n := f, journal.Seq(r.keep)
	if r.restore != "" {
		if from, err = sqlite.ExamineBackup(ctx, r.restore, r.cfg.Journal.Path, app.JournalOptions(r.cfg, nil)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.Close()) }()
		n = from.Whole
	}
	switch {
	case r.keep > 0 && f.Whole == 0:
		return r.fail("none_whole")
	case n > from.Whole:
		return r.fail("too_many", "n", app.Number(f.Whole))
	case r.restore != "" && n == 0:
		return r.fail("backup_empty", "file", r.restore)
	}
	// What the journal still holds that the new one would not.
	l, err := lossOf(f, min(n, f.Whole))
	if err != nil {
		return err
	}
	if err := r.announce(ctx, f, from, n, l); err != nil {
		return err
	}
	if !r.confirmed() {
		r.Say("unchanged")
		return errSilent
	}
	told := event.Repaired{
		Kept: uint64(n), Why: r.why(f), From: r.restore, Unsealed: !from.Sealed, Effects: l.forgotten(),
		Lost: uint64(max(f.Known, n) - n),
	}
	aside, err := f.Rebuild(ctx, from, n, func(aside string) journal.Event {
		told.Aside = aside
		return repairedEvent(told)
	})
	if err != nil {
		return err
	}
	r.Say("did", "n", app.Number(n+1), "aside", aside)
	return nil
}

// why is what was found, in English: it goes into the journal.
func (r *repair) why(f *sqlite.Findings) string {
	var places []string
	for _, a := range f.Damage {
		places = append(places, a.Place())
	}
	return strings.Join(places, "; ")
}

// confirmed asks for a typed yes, unless it was given with the command.
func (r *repair) confirmed() bool {
	if r.yes {
		return true
	}
	fmt.Fprint(r.out, r.phrase("confirm"), " ")
	line, _ := bufio.NewReader(r.in).ReadString('\n')
	if line == "" {
		fmt.Fprintln(r.out)
	}
	return slices.Contains([]string{"yes", "네", "예"}, strings.ToLower(strings.TrimSpace(line)))
}
