package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/policy"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
)

func explainCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "explain ACTION",
		Short: "Say what an action would need, which rule decides and why",
		Long: `Explain takes an action as JSON (or - to read it from standard input), plans it
with Deputy's own tools on the workspace as it is now, and says what Deputy would
do: which level it has, what that comes from, which rule decides and why. Nothing
is done. What was allowed until further notice is not counted. The fields, all but
tool optional; what is written counts before what the plan says:

  tool       the tool's name
  target     the path, host, recipient or command it acts on (else the plan's)
  args       its arguments, as the model gives them
  facts      what the tool knows of them: {"recipient": "new"} (else the plan's); see deputy policy show
  level      L0 to L4 (else the plan's; the table's for a tool that is not set up)
  scope      the most that the order asked for, L0 to L3 (else L0)
  order      the order in words, which gives the scope
  tainted    arguments that came from strangers: ["to"], or [{"arg":"to","source":"a page of acme.example"}]
  strangers  texts that the task has read, [{"text":"...","source":"..."}], which with
             the order give tainted
  spends, egress, private, untrusted   true or false`,
		Example: `  deputy policy explain '{"tool":"send_mail","args":{"to":"kim@acme.example","subject":"Hello","body":"Hi"},"facts":{"recipient":"new"},"scope":"L3"}'`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw := []byte(args[0])
			if args[0] == "-" {
				var err error
				if raw, err = io.ReadAll(io.LimitReader(c.InOrStdin(), 1<<20)); err != nil {
					return fmt.Errorf("read the action: %w", err)
				}
			}
			return a.explain(c, raw)
		},
	}
}

// An answer is what explain prints as JSON.
type answer struct {
	policy.Explanation
	Planned bool   `json:"planned"`           // with Deputy's own tool
	Refused string `json:"refused,omitempty"` // the call can't be carried out, says the tool
}

func (a *cli) explain(c *cobra.Command, raw []byte) (err error) {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	p, err := app.ReadPolicy(cfg)
	if err != nil {
		return err
	}
	plan, away, err := app.NewPlanner(c.Context(), cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, away()) }()
	action, planned, refused, err := app.ReadAction(raw, p.Table, cfg.Agent.Workspace, plan)
	switch {
	case err != nil:
		return err
	case refused != nil && a.json:
		return a.print(c, answer{Planned: true, Refused: refused.Error()})
	case refused != nil:
		_, err := fmt.Fprintln(c.OutOrStdout(), a.locale().Say("policy.refused", "why", control.Printable(refused.Error())))
		return err
	}
	x := policy.Explain(action, p, time.Now())
	if a.json {
		return a.print(c, answer{Explanation: x, Planned: planned})
	}
	if !planned {
		fmt.Fprintln(c.OutOrStdout(), a.locale().Say("policy.unplanned", "tool", control.Printable(action.Tool)))
	}
	return a.locale().Explanation(c.OutOrStdout(), x)
}
