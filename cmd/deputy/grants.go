package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent"
)

// A grantRow is a standing permission as it is listed.
type grantRow struct {
	ID      string            `json:"id"`
	Tool    string            `json:"tool"`
	Target  string            `json:"target"`
	Args    map[string]string `json:"args,omitempty"`
	Left    int               `json:"left"`
	Expires time.Time         `json:"expires"`
	Text    string            `json:"text"`
}

func grantRows(s *agent.State) []grantRow {
	rows := []grantRow{}
	for _, g := range s.Grants {
		rows = append(rows, grantRow{
			ID: g.ID, Tool: g.Tool, Target: g.Target, Args: g.Args, Left: g.Left, Expires: g.Expires, Text: g.Text,
		})
	}
	return rows
}

// grantsCommand lists standing permissions and takes them back. There is no
// command that gives one: that is asked for and read back, whoever asks.
func grantsCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "grants",
		Short: "List what the running Deputy may do without asking",
		Long: `Grants lists the standing permissions that you have given: say or type, for
instance, "you may mail finance about the report this week without asking". Each
is read back before it counts, holds for one tool and one target, and ends by
itself. Used-up ones are listed until they expire or are revoked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return rows(a, c, request{Do: "grants"}, func(w *tabwriter.Writer, r grantRow) {
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", r.ID, r.Left, r.Expires.Local().Format("2006-01-02 15:04"), printable(r.Text))
			})
		},
	}
	c.AddCommand(&cobra.Command{
		Use:   "revoke ID",
		Short: "Take a standing permission back",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return ask(c.Context(), a.socket(), request{Do: "revoke", ID: args[0]}, func(response) error { return nil })
		},
	})
	return c
}

// revoke takes one permission back and waits until it is gone.
func (s *server) revoke(ctx context.Context, r request) error {
	has := func() (found bool, err error) {
		err = s.desk.View(ctx, func(st *agent.State, _ int) {
			found = slices.ContainsFunc(st.Grants, func(g *agent.Grant) bool { return g.ID == r.ID })
		})
		return found, err
	}
	found, err := has()
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no permission %q; see: deputy grants", r.ID)
	}
	s.desk.Tell(agent.Withdrawn{Grant: r.ID, By: "socket"})
	if found, err = has(); err == nil && found { // the desk works off what it was told in order
		err = errors.New("the permission could not be taken back; see: deputy log show")
	}
	return err
}
