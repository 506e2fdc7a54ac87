package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/rehearsal"
)

func rehearseCommand(a *cli) *cobra.Command {
	var patience time.Duration
	var keep bool
	c := &cobra.Command{
		Use:   "rehearse FILE.txtar...",
		Short: "Play written scenes through the real loop and check what must happen",
		Long: `Rehearse plays each scene in a workspace of its own: what is said, typed or
played goes through the same desk, policy, consent and journal as in daily use.
The directions are described in docs/rehearsals.md.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			bad := 0
			for _, f := range files {
				if err := rehearsal.RehearseFile(c.Context(), cfg, f, patience, keep, c.OutOrStdout()); err != nil {
					if c.Context().Err() != nil {
						return c.Context().Err()
					}
					bad++
					fmt.Fprintf(c.OutOrStdout(), "FAIL %s\n     %s\n", f, strings.ReplaceAll(err.Error(), "\n", "\n     "))
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "ok   %s\n", f)
			}
			if bad > 0 {
				return errSilent
			}
			return nil
		},
	}
	c.Flags().DurationVar(&patience, "patience", 60*time.Second, "how long an expectation may take")
	c.Flags().BoolVar(&keep, "keep", false, "leave the workspace and the journal behind and print where")
	return c
}
