// Command deputy-lab measures Deputy for its documentation: what it must never do, how well it hears, how fast it is.
// None of it is of use in daily life, and deputy links none of it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"deputy/agent/sandbox"
	"deputy/cmd/deputy-lab/internal/address"
	"deputy/cmd/deputy-lab/internal/authority"
	"deputy/cmd/deputy-lab/internal/bench"
	"deputy/cmd/deputy-lab/internal/codewords"
	"deputy/cmd/deputy-lab/internal/demo"
	"deputy/cmd/deputy-lab/internal/noise"
	"deputy/cmd/deputy-lab/internal/speed"
	"deputy/cmd/deputy-lab/internal/stops"
	"deputy/cmd/deputy-lab/internal/wer"
	"deputy/cmd/internal/app"
)

func main() {
	sandbox.Enter()
	app.GiveWay()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{
		Use: "deputy-lab", Short: "Measure Deputy for its documentation",
		SilenceUsage: true, SilenceErrors: true,
	}
	trial := &cobra.Command{Use: "trial", Short: "Play at Deputy what it must not fall for, for hours"}
	trial.AddCommand(noise.Command(), stops.Command())
	root.AddCommand(
		demo.Command(), bench.Command(), trial,
		address.Command(), authority.Command(), codewords.Command(), speed.Command(), wer.Command(),
	)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "deputy-lab:", err)
		os.Exit(1)
	}
}
