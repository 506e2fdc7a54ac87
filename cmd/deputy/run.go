package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

func runCommand(a *cli) *cobra.Command {
	var deaf bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Listen and work until interrupted (daily use)",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			scr, err := a.screen(c.OutOrStdout())
			if err != nil {
				return err
			}
			return daily(c.Context(), cfg, scr, os.Stdin, app.Overrides{Deaf: deaf})
		},
	}
	c.Flags().BoolVar(&deaf, "typed", false, "without the microphone: typed orders only")
	return c
}

// daily runs a whole Deputy with a terminal and a socket.
func daily(ctx context.Context, cfg configs.Config, scr *terminal.Screen, in *os.File, p app.Overrides) (err error) {
	// Before anything is started: whatever is, from here on, may not decide.
	if err := control.Mark(); err != nil {
		return err
	}
	l, err := control.Listen(configs.UserPaths().Socket())
	if err != nil {
		return err
	}
	a, err := app.Build(ctx, cfg, p)
	if err != nil {
		l.Close()
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	s := &control.Server{Desk: a.Desk, Feed: a.Feed, Turns: a.Trace.Turns, Metrics: a.Trace.Metrics, Key: a.Keys.Command, Journal: a.Journal, Language: scr.Language}
	a.Workers = append(a.Workers, func(ctx context.Context) error { return s.Serve(ctx, l) })
	events, stop := a.Feed.Watch()
	defer stop()
	go scr.Follow(events)
	greet(a, scr, p.Deaf)
	if terminal.IsTerminal(in) {
		go readOrders(ctx, in, a)
	}
	return a.Run(ctx)
}

// greet says what works and what doesn't, in one line each.
func greet(a *app.App, scr *terminal.Screen, deaf bool) {
	for _, l := range a.Missing {
		scr.Line("lacks", l)
	}
	key := "greet.listening"
	if a.Config.Audio.Address == "open" {
		key = "greet.open"
	}
	if a.Listener == nil {
		key = "greet.typed"
	}
	if deaf {
		key = "greet.deaf"
	}
	scr.Line("ready", a.Phrases.Phrase(scr.Language, key, map[string]string{
		"hotkey": a.Config.Audio.Hotkey, "name": calledIn(scr.Language, a.Config.Agent.Name),
	}))
}

// calledIn is the name to call Deputy by in a language: the first in its letters.
func calledIn(language string, names []string) string {
	for _, n := range names {
		if strings.ContainsFunc(n, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) == (language == "ko") {
			return n
		}
	}
	return names[0]
}

// readOrders takes each line that is typed as an order or an answer.
func readOrders(ctx context.Context, in io.Reader, a *app.App) {
	lines := bufio.NewScanner(in)
	for lines.Scan() && ctx.Err() == nil {
		if text := strings.TrimSpace(lines.Text()); text != "" {
			a.Desk.Tell(control.Typed(text, ""))
		}
	}
}
