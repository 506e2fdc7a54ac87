package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
)

func doctorCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check every part that Deputy needs, and say what to do about what is missing",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			bad := false
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, f := range app.Examine(c.Context(), cfg) {
				bad = bad || f.Needed && !f.OK
				if a.json {
					if err := a.print(c, f); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", mark(f), f.What, f.Detail)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if bad {
				return errSilent
			}
			return nil
		},
	}
}

func mark(f app.Finding) string {
	switch {
	case f.OK:
		return "ok"
	case f.Needed:
		return "MISSING"
	}
	return "without"
}
