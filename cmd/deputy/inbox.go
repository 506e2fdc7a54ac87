package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

func inboxCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "inbox [ID]",
		Short: "List the decisions that wait for you, or show all of one",
		Args:  cobra.MaximumNArgs(1),

		ValidArgsFunction: a.waiting,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.showAsk(c, args[0])
			}
			return rows(a, c, control.Request{Do: "inbox"}, func(w *tabwriter.Writer, r control.AskRow) {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Level, r.Asked.Local().Format("15:04"), control.Printable(r.Summary))
			})
		},
	}
}

// showAsk prints all that is frozen in one decision.
func (a *cli) showAsk(c *cobra.Command, id string) error {
	return control.Call(c.Context(), a.socket(), control.Request{Do: "inbox"}, func(resp control.Response) error {
		var list []control.AskRow
		if err := json.Unmarshal(resp.Body, &list); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		i := slices.IndexFunc(list, func(r control.AskRow) bool { return r.ID == id })
		if i < 0 {
			return fmt.Errorf("no decision %q is waiting; see: deputy inbox", id)
		}
		if a.json {
			return a.print(c, list[i])
		}
		list[i].Whole(c.OutOrStdout())
		return nil
	})
}

// waiting completes the name of a decision that waits.
func (a *cli) waiting(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		// Without a running Deputy nothing waits: the error is the answer.
		control.Call(c.Context(), a.socket(), control.Request{Do: "inbox"}, func(r control.Response) error {
			var list []control.AskRow
			err := json.Unmarshal(r.Body, &list)
			for _, row := range list {
				names = append(names, row.ID+"\t"+control.Printable(row.Summary))
			}
			return err
		})
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
