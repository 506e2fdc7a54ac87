package main

import (
	"strings"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

func sayCommand(a *cli) *cobra.Command {
	var language string
	c := &cobra.Command{
		Use:   "say TEXT...",
		Short: "Give the running Deputy an order, typed",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.say(c, control.Request{Do: "say", Text: strings.Join(args, " "), Language: language})
		},
	}
	c.Flags().StringVar(&language, "lang", "", "en or ko (default: what the text is in)")
	return c
}

// verbCommand is a local verb as a command.
func verbCommand(a *cli, name, short string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.say(c, control.Request{Do: "say", Text: name, Language: "en"})
		},
	}
}

// say gives the running instance a typed line and shows what follows from it.
func (a *cli) say(c *cobra.Command, r control.Request) error {
	scr, err := a.screen(c.OutOrStdout())
	if err != nil {
		return err
	}
	return control.Call(c.Context(), a.socket(), r, func(resp control.Response) error {
		if a.json {
			return a.print(c, resp)
		}
		e, err := resp.Event()
		if err != nil {
			return err
		}
		scr.Event(e)
		return nil
	})
}
