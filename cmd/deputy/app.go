package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"deputy/configs"
	"deputy/configs/phrases"
)

// version is set by the Makefile.
var version = "dev"

// An app is what every command shares: the flags before the command and what
// they lead to.
type app struct {
	configPath string
	json       bool
	logLevel   string
}

// config reads the user's configuration.
func (a *app) config() (configs.Config, error) {
	cfg, err := configs.LoadUser(a.configPath)
	if err == nil && a.logLevel != "" {
		cfg.Log.Level = a.logLevel
		_, err = logger(cfg)
	}
	return cfg, err
}

// socket is where the running instance listens.
func (a *app) socket() string { return configs.UserPaths().Socket() }

// print writes v as one line of JSON.
func (a *app) print(c *cobra.Command, v any) error {
	return json.NewEncoder(c.OutOrStdout()).Encode(v)
}

// screen prints events as they happen, in the owner's language.
func (a *app) screen(w io.Writer) (*screen, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	return newScreen(w, phrases.Embedded(), screenLanguage(cfg), colored(w)), nil
}

// screenLanguage is the language of screens: the one that is spoken, else that
// of the user's locale.
func screenLanguage(cfg configs.Config) string {
	if l := cfg.Language.Spoken; l == "en" || l == "ko" {
		return l
	}
	return phrases.Locale()
}

// colored says whether lines may be coloured.
func colored(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// logger writes to standard error from the configured level on.
func logger(cfg configs.Config) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return nil, fmt.Errorf("log: %q is not one of debug, info, warn, error", cfg.Log.Level)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l})), nil
}
