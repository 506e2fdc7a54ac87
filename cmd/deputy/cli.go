package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

// A cli is what every command shares: the flags before the command and what
// they lead to.
type cli struct {
	configPath string
	json       bool
	logLevel   string
}

// config reads the user's configuration.
func (a *cli) config() (configs.Config, error) {
	cfg, err := configs.LoadUser(a.configPath)
	if err == nil && a.logLevel != "" {
		cfg.Log.Level = a.logLevel
		_, err = app.Logger(cfg)
	}
	return cfg, err
}

// socket is where the running instance listens.
func (a *cli) socket() string { return configs.UserPaths().Socket() }

// print writes v as one line of JSON.
func (a *cli) print(c *cobra.Command, v any) error {
	return json.NewEncoder(c.OutOrStdout()).Encode(v)
}

// screen prints events as they happen, in the owner's language.
func (a *cli) screen(w io.Writer) (*terminal.Screen, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	return terminal.NewScreen(w, app.Words(), app.ScreenLanguage(cfg), terminal.Colored(w)), nil
}

// rows prints a list of the running instance, a line each or as JSON.
func rows[T any](a *cli, c *cobra.Command, r control.Request, line func(*tabwriter.Writer, T)) error {
	return control.Call(c.Context(), a.socket(), r, func(resp control.Response) error {
		var list []T
		if err := json.Unmarshal(resp.Body, &list); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if a.json {
			return a.print(c, list)
		}
		w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
		for _, t := range list {
			line(w, t)
		}
		return w.Flush()
	})
}
