package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/configs"
	"deputy/configs/phrases"
)

// readPolicy gives the table of levels with the owner's rules, if there are any.
// Rules that can't be read or understood are an error: Deputy doesn't start
// without what it was forbidden.
func readPolicy(cfg configs.Config) (policy.Policy, error) {
	if cfg.Agent.Policy == "" {
		return policy.Policy{Table: file.Embedded()}, nil
	}
	raw, err := os.ReadFile(cfg.Agent.Policy)
	if err != nil {
		return policy.Policy{}, fmt.Errorf("read the policy: %w; put the file there, or change agent.policy", err)
	}
	return file.Read(cfg.Agent.Policy, raw)
}

// policyCommand explains what Deputy may do. It works whether or not one runs.
func policyCommand(a *app) *cobra.Command {
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

func (a *app) checkPolicy(c *cobra.Command, args []string) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		cfg.Agent.Policy = args[0]
	}
	p, err := readPolicy(cfg)
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
	_, err = fmt.Fprintln(c.OutOrStdout(), a.tongue().say(key, "file", cfg.Agent.Policy, "n", fmt.Sprint(len(p.Rules))))
	return err
}

func (a *app) showPolicy(c *cobra.Command) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	p, err := readPolicy(cfg)
	if err != nil {
		return err
	}
	if a.json {
		return a.print(c, map[string]any{"file": cfg.Agent.Policy, "table": p.Table, "rules": rulesOf(p.Rules)})
	}
	l := a.tongue()
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(p.Table.Tools)) {
		t := p.Table.Tools[name]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, t.Level, argsOf(t), t.Why.In(l.language))
		for _, arg := range slices.Sorted(maps.Keys(t.Args)) {
			if x := t.Args[arg]; x.Level != policy.Unset {
				fmt.Fprintf(w, "\t%s\t%s\t%s\n", x.Level, arg, x.Why.In(l.language))
			}
		}
		l.raises(w, t.Raises)
	}
	fmt.Fprintf(w, "%s\t\t\t\n", l.say("policy.every"))
	l.raises(w, p.Table.Every)
	for _, currency := range slices.Sorted(maps.Keys(p.Table.SealAbove)) {
		fmt.Fprintf(w, "\t%s\t> %s %s\t\n", policy.Restricted, p.Table.SealAbove[currency], currency)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return l.rules(c.OutOrStdout(), p.Rules, "policy.no_rules")
}

func argsOf(t policy.Tool) string {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(t.Args)) {
		args = append(args, name+":"+string(t.Args[name].Kind))
	}
	return strings.Join(args, " ")
}

// rulesOf is never null in JSON.
func rulesOf(r policy.Rules) policy.Rules {
	if r == nil {
		return policy.Rules{}
	}
	return r
}

// A tongue says phrases in one language.
type tongue struct{ language string }

func (a *app) tongue() tongue {
	if cfg, err := a.config(); err == nil {
		return tongue{screenLanguage(cfg)}
	}
	return tongue{phrases.Locale()}
}

// say renders a phrase; kv are names and values.
func (l tongue) say(key string, kv ...string) string {
	values := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		values[kv[i]] = kv[i+1]
	}
	return phrases.Embedded().Phrase(l.language, key, values)
}
