package main

import (
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/agent/policy"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/terminal"
	"deputy/configs/phrases"
)

// policyCommand explains what Deputy may do. It works whether or not one runs.
func policyCommand(a *cli) *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "Explain, check or show what Deputy may do without asking"}
	c.AddCommand(
		&cobra.Command{
			Use: "show", Short: "Print the table of levels and the rules in force", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error { return a.showPolicy(c) },
		},
		&cobra.Command{
			Use: "check [FILE]", Short: "Say what is wrong with a policy file", Args: cobra.MaximumNArgs(1),
			RunE: func(c *cobra.Command, args []string) error { return a.checkPolicy(c, args) },
		},
		explainCommand(a),
	)
	return c
}

func (a *cli) checkPolicy(c *cobra.Command, args []string) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		cfg.Agent.Policy = args[0]
	}
	p, err := app.ReadPolicy(cfg)
	if err != nil {
		return err
	}
	if a.json {
		return a.print(c, map[string]any{"file": cfg.Agent.Policy, "rules": len(p.Rules), "ok": true})
	}
	key := "policy.good"
	if cfg.Agent.Policy == "" {
		key = "policy.no_file"
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), a.locale().Say(key, "file", cfg.Agent.Policy, "n", fmt.Sprint(len(p.Rules))))
	return err
}

func (a *cli) showPolicy(c *cobra.Command) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	p, err := app.ReadPolicy(cfg)
	if err != nil {
		return err
	}
	if a.json {
		return a.print(c, map[string]any{"file": cfg.Agent.Policy, "table": p.Table, "rules": rulesOf(p.Rules)})
	}
	l := a.locale()
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(p.Table.Tools)) {
		t := p.Table.Tools[name]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, t.Level, terminal.ArgsOf(t), t.Why.In(l.Language))
		for _, arg := range slices.Sorted(maps.Keys(t.Args)) {
			if x := t.Args[arg]; x.Level != policy.Unset {
				fmt.Fprintf(w, "\t%s\t%s\t%s\n", x.Level, arg, x.Why.In(l.Language))
			}
		}
		l.Raises(w, t.Raises)
	}
	fmt.Fprintf(w, "%s\t\t\t\n", l.Say("policy.every"))
	l.Raises(w, p.Table.Every)
	for _, currency := range slices.Sorted(maps.Keys(p.Table.SealAbove)) {
		fmt.Fprintf(w, "\t%s\t> %s %s\t\n", policy.Restricted, p.Table.SealAbove[currency], currency)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return l.Rules(c.OutOrStdout(), p.Rules, "policy.no_rules")
}

// rulesOf is never null in JSON.
func rulesOf(r policy.Rules) policy.Rules {
	if r == nil {
		return policy.Rules{}
	}
	return r
}

func (a *cli) locale() terminal.Locale {
	if cfg, err := a.config(); err == nil {
		return terminal.Locale{Language: app.ScreenLanguage(cfg)}
	}
	return terminal.Locale{Language: phrases.Locale()}
}
