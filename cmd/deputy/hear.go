package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/cmd/internal/rehearsal"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

func hearCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "hear FILE...",
		Short: "Take recordings as if they were spoken, through the whole loop",
		Long: `Hear plays each recording, at the pace at which it was spoken, into the microphone of a
Deputy of its own that uses your configuration and journal. No other may be
running. What is asked meanwhile can be answered by the next recording, or stays
in the inbox. As in the room, an order begins with the name: "Deputy, ...".`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			scr, err := a.screen(c.OutOrStdout())
			if err != nil {
				return err
			}
			return hearFiles(c.Context(), cfg, scr, files)
		},
	}
}

// hearFiles speaks recordings one after the other into a Deputy.
func hearFiles(ctx context.Context, cfg configs.Config, scr *terminal.Screen, files []string) (err error) {
	st := listen.NewStage()
	a, err := app.Build(ctx, cfg, app.Overrides{Source: st})
	if err != nil {
		return err
	}
	events, unwatch := a.Feed.Watch()
	defer unwatch()
	r := &rehearsal.Rehearsal{App: a, Stage: st, Config: cfg, Feed: events, Patience: 10 * time.Minute, Seen: scr.Event}
	stop := a.Start(ctx)
	failed := 0
	for _, f := range files {
		if e := r.Speak(ctx, f); e != nil {
			if ctx.Err() != nil {
				break
			}
			failed++
			fmt.Fprintf(os.Stderr, "deputy: %s: %s\n", f, listen.OneLine(e))
		}
	}
	if err := stop(); err != nil {
		return err
	}
	if failed > 0 {
		return errSilent
	}
	return nil
}
