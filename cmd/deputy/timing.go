package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"deputy/agent"
	"deputy/agent/trace"
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
			return ask(c.Context(), a.socket(), request{Do: "metrics"}, func(r response) error {
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

// metrics sends what was counted, as one text.
func (s *server) metrics(out *json.Encoder) error {
	var text strings.Builder
	if err := s.trace.metrics(&text); err != nil {
		return err
	}
	body, err := json.Marshal(text.String())
	if err != nil {
		return err
	}
	return out.Encode(response{Kind: "metrics", Body: body})
}

// printTiming prints the timelines of a task's turns: the time since the turn
// began, the time since the line before, and what happened.
func printTiming(w io.Writer, p agent.Phrases, language string, turns []trace.Turn) {
	for _, t := range turns {
		fmt.Fprintf(w, "    %s\n", p.Phrase(language, "timing.kind_"+string(t.Kind), nil))
		began := t.Began()
		before := began
		for _, m := range t.Marks() {
			of := ""
			if m.Of != "" {
				of = " (" + printable(m.Of) + ")"
			}
			fmt.Fprintf(w, "    %9.3fs %+9.3fs  %s%s\n", m.At.Sub(began).Seconds(), m.At.Sub(before).Seconds(),
				p.Phrase(language, "timing."+m.Name, nil), of)
			before = m.At
		}
	}
}
