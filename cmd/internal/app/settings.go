package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"deputy/configs"
	"deputy/configs/phrases"
)

// Version is what this program calls itself; the revision that it was built from is told beside it.
var Version = "dev"

// ScreenLanguage is the language of screens: the one that is spoken, else that
// of the user's locale.
func ScreenLanguage(cfg configs.Config) string {
	if l := cfg.Language.Spoken; l == "en" || l == "ko" {
		return l
	}
	return phrases.Locale()
}

// Within is the configuration with everything of Deputy's own in a folder.
func Within(cfg configs.Config, dir string) configs.Config {
	cfg.Agent.State, cfg.Agent.Workspace = filepath.Join(dir, "state"), filepath.Join(dir, "workspace")
	cfg.Journal.Path = filepath.Join(dir, "state", "journal.db")
	return cfg
}

// Logger writes to standard error from the configured level on.
func Logger(cfg configs.Config) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return nil, fmt.Errorf("log: %q is not one of debug, info, warn, error", cfg.Log.Level)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l})), nil
}
