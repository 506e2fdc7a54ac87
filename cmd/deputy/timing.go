package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"deputy/agent/readback"
	"deputy/agent/timing"
	"deputy/cmd/internal/control"
)

func metricsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "metrics",
		Short: "Print what the running Deputy has counted and how long it took, as Prometheus reads it",
		Long: `Metrics prints counters and histograms since the running Deputy was started, in
Prometheus' text format. Deputy opens no port for them: have node_exporter's
textfile collector, or a timer of your own, run this command.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return control.Call(c.Context(), a.socket(), control.Request{Do: "metrics"}, func(r control.Response) error {
				var text string
				if err := json.Unmarshal(r.Body, &text); err != nil {
					return fmt.Errorf("read the answer: %w", err)
				}
				if a.json {
					return a.print(c, map[string]string{"text": text})
				}
				_, err := io.WriteString(c.OutOrStdout(), text)
				return err
			})
		},
	}
}

// printTiming prints the timelines of a task's turns: the time since the turn
// began, the time since the line before, and what happened.
func printTiming(w io.Writer, p readback.Phrases, language string, turns []timing.Turn) {
	for _, t := range turns {
		fmt.Fprintf(w, "    %s\n", p.Phrase(language, "timing.kind_"+string(t.Kind), nil))
		began := t.Began()
		before := began
		for _, m := range t.Marks() {
			of := ""
			if m.Of != "" {
				of = " (" + control.Printable(m.Of) + ")"
			}
			fmt.Fprintf(w, "    %9.3fs %+9.3fs  %s%s\n", m.At.Sub(began).Seconds(), m.At.Sub(before).Seconds(),
				p.Phrase(language, "timing."+m.Name, nil), of)
			before = m.At
		}
	}
}
