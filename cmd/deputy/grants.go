package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

// grantsCommand lists standing permissions and takes them back. There is no
// command that gives one: that is asked for and read back, whoever asks.
func grantsCommand(a *cli) *cobra.Command {
	c := &cobra.Command{
		Use:   "grants",
		Short: "List what the running Deputy may do without asking",
		Long: `Grants lists the standing permissions that you have given: say or type, for
instance, "you may mail finance about the report this week without asking". Each
is read back before it counts, holds for one tool and one target, and ends by
itself. Used-up ones are listed until they expire or are revoked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return rows(a, c, control.Request{Do: "grants"}, func(w *tabwriter.Writer, r control.GrantRow) {
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", r.ID, r.Left, r.Expires.Local().Format("2006-01-02 15:04"), control.Printable(r.Text))
			})
		},
	}
	c.AddCommand(&cobra.Command{
		Use:   "revoke ID",
		Short: "Take a standing permission back",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return control.Call(c.Context(), a.socket(), control.Request{Do: "revoke", ID: args[0]}, func(control.Response) error { return nil })
		},
	})
	return c
}
