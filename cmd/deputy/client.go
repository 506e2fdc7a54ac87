package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
	"deputy/configs/phrases"
)

// The commands in this file speak to the running instance over its socket.

func sayCommand(a *cli) *cobra.Command {
	var language string
	c := &cobra.Command{
		Use:   "say TEXT...",
		Short: "Give the running Deputy an order, typed",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.Say(c, control.Request{Do: "say", Text: strings.Join(args, " "), Language: language})
		},
	}
	c.Flags().StringVar(&language, "lang", "", "en or ko (default: what the text is in)")
	return c
}

func tasksCommand(a *cli) *cobra.Command {
	var all, timing bool
	c := &cobra.Command{
		Use:   "tasks",
		Short: "List what the running Deputy does and has done",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			language := ""
			if timing {
				cfg, err := a.config()
				if err != nil {
					return err
				}
				language = app.ScreenLanguage(cfg)
			}
			return rows(a, c, control.Request{Do: "tasks", All: all, Timing: timing}, func(w *tabwriter.Writer, t control.TaskRow) {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, t.Status, terminal.ClipRunes(control.Printable(t.Order), 50), terminal.ClipRunes(control.Printable(t.Report), 70))
				if timing {
					w.Flush()
					terminal.PrintTiming(c.OutOrStdout(), phrases.Embedded(), language, t.Timing)
				}
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "finished ones too, however old")
	c.Flags().BoolVar(&timing, "timing", false, "with when each stage was reached, for the last 200 turns since it was started")
	return c
}

func inboxCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "inbox [ID]",
		Short: "List the decisions that wait for you, or show all of one",
		Args:  cobra.MaximumNArgs(1),

		ValidArgsFunction: a.waiting,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.showAsk(c, args[0])
			}
			return rows(a, c, control.Request{Do: "inbox"}, func(w *tabwriter.Writer, r control.AskRow) {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Level, r.Asked.Local().Format("15:04"), control.Printable(r.Summary))
			})
		},
	}
}

// showAsk prints all that is frozen in one decision.
func (a *cli) showAsk(c *cobra.Command, id string) error {
	return control.Call(c.Context(), a.socket(), control.Request{Do: "inbox"}, func(resp control.Response) error {
		var list []control.AskRow
		if err := json.Unmarshal(resp.Body, &list); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		i := slices.IndexFunc(list, func(r control.AskRow) bool { return r.ID == id })
		if i < 0 {
			return fmt.Errorf("no decision %q is waiting; see: deputy inbox", id)
		}
		if a.json {
			return a.print(c, list[i])
		}
		list[i].Whole(c.OutOrStdout())
		return nil
	})
}

// rows prints a list of the running instance, a line each or as JSON.
func rows[T any](a *cli, c *cobra.Command, r control.Request, line func(*tabwriter.Writer, T)) error {
	return control.Call(c.Context(), a.socket(), r, func(resp control.Response) error {
		var list []T
		if err := json.Unmarshal(resp.Body, &list); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if a.json {
			return a.print(c, list)
		}
		w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
		for _, t := range list {
			line(w, t)
		}
		return w.Flush()
	})
}

func approveCommand(a *cli) *cobra.Command {
	return decideCommand(a, "approve", true, `Approve decides one ask by its name. At L4, and where not all of an ask could be
said, Deputy first shows all of it in this terminal, with a number to type.

Deputy listens to no program that it has started itself, and to none in a sandbox
or a container.`)
}

func denyCommand(a *cli) *cobra.Command { return decideCommand(a, "deny", false, "") }

func decideCommand(a *cli, name string, approve bool, long string) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   name + " ID",
		Short: strings.ToUpper(name[:1]) + name[1:] + " a waiting decision by its name (see: deputy inbox)",
		Args:  cobra.ExactArgs(1),
		Long:  long,

		ValidArgsFunction: a.waiting,
		RunE: func(c *cobra.Command, args []string) error {
			r := control.Request{Do: "decide", ID: args[0], Approve: approve, Text: reason}
			return control.Call(c.Context(), a.socket(), r, func(control.Response) error { return nil })
		},
	}
	if !approve {
		c.Flags().StringVar(&reason, "reason", "", "what the model is told")
	}
	return c
}

// waiting completes the name of a decision that waits.
func (a *cli) waiting(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		// Without a running Deputy nothing waits: the error is the answer.
		control.Call(c.Context(), a.socket(), control.Request{Do: "inbox"}, func(r control.Response) error {
			var list []control.AskRow
			err := json.Unmarshal(r.Body, &list)
			for _, row := range list {
				names = append(names, row.ID+"\t"+control.Printable(row.Summary))
			}
			return err
		})
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// verbCommand is a local verb as a command.
func verbCommand(a *cli, name, short string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.Say(c, control.Request{Do: "say", Text: name, Language: "en"})
		},
	}
}

// Say gives the running instance a typed line and shows what follows from it.
func (a *cli) Say(c *cobra.Command, r control.Request) error {
	scr, err := a.screen(c.OutOrStdout())
	if err != nil {
		return err
	}
	return control.Call(c.Context(), a.socket(), r, func(resp control.Response) error {
		if a.json {
			return a.print(c, resp)
		}
		e, err := resp.Event()
		if err != nil {
			return err
		}
		scr.Event(e)
		return nil
	})
}

func pttCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:       "ptt start|stop|toggle",
		Short:     "Hold or release the push-to-talk key from another program",
		ValidArgs: []string{"start", "stop", "toggle"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(c *cobra.Command, args []string) error {
			return control.Call(c.Context(), a.socket(), control.Request{Do: "ptt", Text: args[0]}, func(control.Response) error { return nil })
		},
	}
}
