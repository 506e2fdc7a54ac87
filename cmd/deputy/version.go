package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
)

// A buildInfo says what this program is made of.
type buildInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	System   string `json:"system"`
	// Whisper and PortAudio say what is linked in: without them speech is
	// written down by a server only, and orders are typed.
	Whisper   bool `json:"whisper"`
	PortAudio bool `json:"portaudio"`
}

func thisBuild() buildInfo {
	b := buildInfo{
		Version: app.Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Whisper: app.HasWhisper, PortAudio: app.HasPortAudio,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Revision = s.Value
			}
		}
	}
	return b
}

func versionCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print what this program is and what is linked into it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b := thisBuild()
			if a.json {
				return a.print(c, b)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "deputy %s %s\n%s %s\nwhisper.cpp: %s\nPortAudio: %s\n",
				b.Version, b.Revision, b.Go, b.System, linked(b.Whisper), linked(b.PortAudio))
			return err
		},
	}
}

func linked(in bool) string {
	if in {
		return "linked in"
	}
	return "not linked in (make build does that)"
}
