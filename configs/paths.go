package configs

import (
	"os"
	"path/filepath"
)

// Paths are the places Deputy keeps things in: the XDG base directories, with the
// usual fall-backs. Nothing is made here; who writes first makes the directory, 0700.
type Paths struct {
	Config    string // the configuration file
	State     string // journal, undo, recordings: what must survive
	Data      string // the journal's seal: apart from State, so that one put back without the other is noticed
	Cache     string // models, native libraries: what can be fetched again
	Workspace string // where the user's files are that Deputy may touch
	Runtime   string // the socket of the running instance
}

// UserPaths reads them from the environment.
func UserPaths() Paths {
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	base := func(variable string, fallback ...string) string {
		// The specification has relative values ignored.
		if dir := os.Getenv(variable); filepath.IsAbs(dir) {
			return filepath.Join(dir, "deputy")
		}
		return filepath.Join(append(append([]string{home}, fallback...), "deputy")...)
	}
	p := Paths{
		Config:    filepath.Join(base("XDG_CONFIG_HOME", ".config"), "config.yaml"),
		State:     base("XDG_STATE_HOME", ".local", "state"),
		Data:      base("XDG_DATA_HOME", ".local", "share"),
		Cache:     base("XDG_CACHE_HOME", ".cache"),
		Workspace: filepath.Join(home, "Deputy"),
	}
	// Without a runtime directory of the session the state directory, which is the
	// user's own too, holds the socket.
	p.Runtime = p.State
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		p.Runtime = filepath.Join(dir, "deputy")
	}
	return p
}

// Models is where model files lie.
func (p Paths) Models() string { return filepath.Join(p.Cache, "models") }

// Socket is where the running instance listens.
func (p Paths) Socket() string { return filepath.Join(p.Runtime, "deputy.sock") }
