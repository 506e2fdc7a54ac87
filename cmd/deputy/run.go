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

	"deputy/cmd/internal/control"
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
			return daily(c.Context(), cfg, scr, os.Stdin, parts{deaf: deaf})
		},
	}
	c.Flags().BoolVar(&deaf, "typed", false, "without the microphone: typed orders only")
	return c
}

// daily runs the whole house with a terminal and a socket.
func daily(ctx context.Context, cfg configs.Config, scr *screen, in *os.File, p parts) (err error) {
	// Before anything is started: whatever is, from here on, may not decide.
	if err := control.Mark(); err != nil {
		return err
	}
	l, err := control.Listen(configs.UserPaths().Socket())
	if err != nil {
		return err
	}
	h, err := build(ctx, cfg, p)
	if err != nil {
		l.Close()
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	s := &control.Server{Desk: h.desk, Feed: h.feed, Turns: h.trace.turns, Metrics: h.trace.metrics, Key: h.keys.command, Journal: h.journal, Language: scr.language}
	h.workers = append(h.workers, func(ctx context.Context) error { return s.Serve(ctx, l) })
	events, stop := h.feed.Watch()
	defer stop()
	go scr.follow(events)
	greet(h, scr, p.deaf)
	if isTerminal(in) {
		go readOrders(ctx, in, h)
	}
	return h.run(ctx)
}

// greet says what works and what doesn't, in one line each.
func greet(h *house, scr *screen, deaf bool) {
	for _, l := range h.missing {
		scr.line("lacks", l)
	}
	key := "greet.listening"
	if h.cfg.Audio.Address == "open" {
		key = "greet.open"
	}
	if h.listener == nil {
		key = "greet.typed"
	}
	if deaf {
		key = "greet.deaf"
	}
	scr.line("ready", h.phrases.Phrase(scr.language, key, map[string]string{
		"hotkey": h.cfg.Audio.Hotkey, "name": calledIn(scr.language, h.cfg.Agent.Name),
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
func readOrders(ctx context.Context, in io.Reader, h *house) {
	lines := bufio.NewScanner(in)
	for lines.Scan() && ctx.Err() == nil {
		if text := strings.TrimSpace(lines.Text()); text != "" {
			h.desk.Tell(control.Typed(text, ""))
		}
	}
}
