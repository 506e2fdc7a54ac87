// Package proc starts other programs. It knows what of this process's environment
// every program needs; the rest a program gets only by name. So no key, token or
// password of Deputy's own reaches a child that has no use for it. It must not
// know what the programs are for.
package proc

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// A Grant is what a program is told beside what every program needs.
type Grant struct {
	// Inherit names variables that it gets as they are here; "OMP_*" stands for
	// all that begin so. "*" alone is for Deputy itself as a program of its own.
	Inherit []string
	Set     []string // NAME=value; counts before what is inherited
	Nothing bool     // not even what every program needs
}

// needed is what every program needs: where programs and its own files are, and
// how the owner writes.
var needed = []string{"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"}

// Command is exec.CommandContext with the environment of a Grant and nothing else.
// Everything but Env may be set on it.
func Command(ctx context.Context, g Grant, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = g.environment(os.Environ())
	return cmd
}

// environment is never nil: that would be everything.
func (g Grant) environment(all []string) []string {
	env := []string{}
	if !g.Nothing {
		for _, e := range all {
			if name, _, _ := strings.Cut(e, "="); named(needed, name) || named(g.Inherit, name) {
				env = append(env, e)
			}
		}
	}
	return append(env, g.Set...) // of two the later counts
}

func named(patterns []string, name string) bool {
	for _, p := range patterns {
		if head, open := strings.CutSuffix(p, "*"); p == name || open && strings.HasPrefix(name, head) {
			return true
		}
	}
	return false
}
