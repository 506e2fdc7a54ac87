package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
)

func tasksCommand(a *cli) *cobra.Command {
	var all, timing bool
	c := &cobra.Command{
		Use:   "tasks",
		Short: "List what the running Deputy does and has done",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			language := ""
			if timing {
				cfg, err := a.config()
				if err != nil {
					return err
				}
				language = app.ScreenLanguage(cfg)
			}
			return rows(a, c, control.Request{Do: "tasks", All: all, Timing: timing}, func(w *tabwriter.Writer, t control.TaskRow) {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, t.Status, terminal.ClipRunes(control.Printable(t.Order), 50), terminal.ClipRunes(control.Printable(t.Report), 70))
				if timing {
					w.Flush()
					terminal.PrintTiming(c.OutOrStdout(), app.Words(), language, t.Timing)
				}
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "finished ones too, however old")
	c.Flags().BoolVar(&timing, "timing", false, "with when each stage was reached, for the last 200 turns since it was started")
	return c
}
