package main

import (
	"errors"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/repair"
	"deputy/configs/phrases"
)

func repairCommand(a *cli) *cobra.Command {
	r := &repair.Repair{}
	c := &cobra.Command{
		Use: "repair", Short: "Show what is wrong with the journal, and repair it as you choose", Args: cobra.NoArgs,
		Long: `Shows what is wrong with the journal and where, what can still be read, and what
each way to go on would forget. It changes nothing unless you choose one of
--keep and --start-empty and confirm it. Nothing is ever deleted:
the old files stay beside the new ones under a dated name.`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			r.In, r.Out, r.Language = c.InOrStdin(), c.OutOrStdout(), phrases.Locale()
			if r.Config, err = a.config(); err != nil {
				return err
			}
			if err = r.Run(c.Context()); errors.Is(err, repair.ErrDamaged) {
				return errSilent
			}
			return err
		},
	}
	f := c.Flags()
	f.BoolVar(&r.Keep, "keep", false, "keep the events that are whole and forget what is after them")
	f.BoolVar(&r.Empty, "start-empty", false, "begin an empty journal")
	f.BoolVar(&r.Yes, "yes", false, "do it without asking")
	return c
}
