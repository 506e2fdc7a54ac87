package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/repair"
)

// logCommand reads the journal from disk: it works whether or not a Deputy runs.
func logCommand(a *cli) *cobra.Command {
	c := &cobra.Command{Use: "log", Short: "Show, verify or repair the journal"}
	var task string
	var from uint64
	show := &cobra.Command{
		Use: "show", Short: "Print the journal, an event a line", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withJournal(c.Context(), func(j *sqlite.Journal) error {
				for e, err := range j.Events(journal.Seq(max(from, 1))) {
					if err != nil {
						return err
					}
					if task != "" && e.Task != task {
						continue
					}
					if a.json {
						err = a.print(c, e)
					} else {
						_, err = fmt.Fprintf(c.OutOrStdout(), "%d\t%s\t%s\t%s\t%s\t%s\n", e.Seq,
							e.Time.Local().Format("2006-01-02 15:04:05.000"), e.Hash.String()[:12], e.Kind, e.Task, control.Printable(string(e.Body)))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	show.Flags().StringVar(&task, "task", "", "only events of this task")
	show.Flags().Uint64Var(&from, "from", 1, "first event to show")
	verify := &cobra.Command{
		Use: "verify", Short: "Prove that the journal is whole and unaltered", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withJournal(c.Context(), func(j *sqlite.Journal) error {
				if err := j.Verify(c.Context()); err != nil {
					return err
				}
				seq, hash := j.Head()
				erased := j.Erased()
				if a.json {
					return a.print(c, map[string]any{"events": seq, "head": hash.String(), "whole": true, "erased": erased})
				}
				fmt.Fprintf(c.OutOrStdout(), "The journal is whole: %d events, head %s.\n", seq, hash)
				for _, r := range erased {
					fmt.Fprintln(c.OutOrStdout(), a.locale().Say("journal.erased", "from", fmt.Sprint(r.From), "to", fmt.Sprint(r.To),
						"at", r.At.Local().Format("2006-01-02 15:04"), "days", fmt.Sprint(int(r.Keep.Hours()/24))))
				}
				return nil
			})
		},
	}
	c.AddCommand(show, verify, repairCommand(a))
	return c
}

func (a *cli) withJournal(ctx context.Context, f func(*sqlite.Journal) error) (err error) {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	j, err := sqlite.OpenReadOnly(ctx, cfg.Journal.Path, app.JournalOptions(cfg, nil))
	if errors.Is(err, os.ErrNotExist) {
		return repair.ErrNone
	}
	if err != nil {
		return err
	}
	defer func() {
		if e := j.Close(); err == nil {
			err = e
		}
	}()
	return f(j)
}
