package main

import (
	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

func pttCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:       "ptt start|stop|toggle",
		Short:     "Hold or release the push-to-talk key from another program",
		ValidArgs: []string{"start", "stop", "toggle"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(c *cobra.Command, args []string) error {
			return control.Call(c.Context(), a.socket(), control.Request{Do: "ptt", Text: args[0]}, func(control.Response) error { return nil })
		},
	}
}
