// Command deputy is the voice-command delegation assistant. It is the only package
// that sees every other one: it joins them and knows nothing they should know.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{Use: "deputy", Short: "Say what you want done", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(modelsCommand())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "deputy:", err)
		os.Exit(1)
	}
}
