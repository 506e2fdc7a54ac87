package main

import (
	"strings"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

func approveCommand(a *cli) *cobra.Command {
	return decideCommand(a, "approve", true, `Approve decides one ask by its name. At L4, and where not all of an ask could be
said, Deputy first shows all of it in this terminal, with a number to type.

Deputy listens to no program that it has started itself, and to none in a sandbox
or a container.`)
}

func denyCommand(a *cli) *cobra.Command { return decideCommand(a, "deny", false, "") }

func decideCommand(a *cli, name string, approve bool, long string) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   name + " ID",
		Short: strings.ToUpper(name[:1]) + name[1:] + " a waiting decision by its name (see: deputy inbox)",
		Args:  cobra.ExactArgs(1),
		Long:  long,

		ValidArgsFunction: a.waiting,
		RunE: func(c *cobra.Command, args []string) error {
			r := control.Request{Do: "decide", ID: args[0], Approve: approve, Text: reason}
			return control.Call(c.Context(), a.socket(), r, func(control.Response) error { return nil })
		},
	}
	if !approve {
		c.Flags().StringVar(&reason, "reason", "", "what the model is told")
	}
	return c
}
