package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/control"
)

func metricsCommand(a *cli) *cobra.Command {
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
