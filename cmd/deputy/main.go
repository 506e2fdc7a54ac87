// Command deputy is the voice-command delegation assistant. It is the only
// package that sees every other one: it joins them (build.go) and knows nothing
// that they should know.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/journal"
	"deputy/agent/sandbox"
	"deputy/cmd/internal/app"
	"deputy/configs/phrases"
)

// errSilent ends the program with status 1 when everything has been said.
var errSilent = errors.New("")

func main() {
	sandbox.Enter()
	os.Exit(run(os.Args[1:]))
}

// run is the whole program: 0 when all went well, 1 when something failed, 130
// when it was interrupted.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app.GiveWay()
	// Output that nobody reads any more must not end what is under way: writing to
	// it fails instead. (Ignoring the signal would be inherited by every child.)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	// What does not end within two seconds of the first signal is ended by force;
	// the journal is written before each deed, so nothing is lost.
	defer context.AfterFunc(ctx, func() {
		stop() // a second signal ends it at once
		time.AfterFunc(2*time.Second, func() {
			fmt.Fprintln(os.Stderr, "deputy: something did not end in time and was cut off; the journal is whole")
			os.Exit(130)
		})
	})()
	err := rootCommand(args).ExecuteContext(ctx)
	switch {
	case err == nil && ctx.Err() == nil:
		return 0
	case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
		return 130
	case errors.Is(err, errSilent), errors.Is(err, syscall.EPIPE):
		return 1
	case errors.Is(err, journal.ErrFull):
		err = phrases.Sentence("err.disk_full")
	}
	fmt.Fprintln(os.Stderr, "deputy:", app.InWords(err))
	return 1
}

func rootCommand(args []string) *cobra.Command {
	a := &cli{}
	root := &cobra.Command{
		Use:   "deputy",
		Short: "Say what you want done; Deputy does it, and asks only for what needs your authority",
		Long: `Deputy listens, writes down what you say, has a language model carry it out with
tools on this machine, and asks aloud before anything that needs your authority.

Without a command it runs: deputy run.`,
		Version:       app.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          knownCommand,
	}
	root.SetArgs(args)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return seeHelp(c, err) })
	f := root.PersistentFlags()
	f.StringVar(&a.configPath, "config", "", "configuration file (default: see deputy config path)")
	f.BoolVar(&a.json, "json", false, "print JSON, an object a line")
	f.StringVar(&a.logLevel, "log", "", "log level: debug, info, warn, error")
	daily := runCommand(a)
	root.RunE = daily.RunE
	root.Flags().AddFlagSet(daily.Flags())
	root.AddCommand(
		daily, sayCommand(a), hearCommand(a), transcribeCommand(a),
		tasksCommand(a), metricsCommand(a), inboxCommand(a), grantsCommand(a), approveCommand(a), denyCommand(a),
		verbCommand(a, "stop", "Silence Deputy and end what runs"),
		verbCommand(a, "undo", "Take back the last thing that was done"),
		pttCommand(a), policyCommand(a), logCommand(a), modelsCommand(), devicesCommand(a), configCommand(a),
		doctorCommand(a), rehearseCommand(a), consentCommand(a), versionCommand(a),
	)
	explainArgs(root)
	return root
}

// knownCommand refuses what is no command and names those that are like it.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	like := "see: deputy --help"
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		like = "did you mean " + strings.Join(s, " or ") + "?"
	}
	return fmt.Errorf("there is no command %q; %s", args[0], like)
}

// explainArgs has every command under c say where its arguments are explained.
func explainArgs(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if check := sub.Args; check != nil {
			sub.Args = func(c *cobra.Command, args []string) error {
				if err := check(c, args); err != nil {
					return seeHelp(c, err)
				}
				return nil
			}
		}
		explainArgs(sub)
	}
}

// seeHelp says how a command is called, and where more is told.
func seeHelp(c *cobra.Command, err error) error {
	return fmt.Errorf("%w; it is: %s (see: %s --help)", err, c.UseLine(), c.CommandPath())
}
