package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/shellrisk"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

// Tools are the tools that run commands: run_command, in a sandbox that sees
// the system read-only, the workspace, and nothing else: no home, no network but
// the hosts it was allowed, no other process. Where there is no sandbox nothing
// is run. The program must begin with [sandbox.Enter].
func Tools(w *workspace.Workspace, o sandbox.Options) []tool.Tool {
	t := newRunCommand(w, sandbox.New(w.Dir(), w.Scratch(), o))
	t.hosts = o.Hosts
	if o.Logger != nil {
		t.log = o.Logger
	}
	return []tool.Tool{t}
}

// A box runs commands shut in, as a sandbox does.
type box interface {
	// Probe says by which kind of sandbox, or why it can't.
	Probe(ctx context.Context) (kind string, err error)
	Run(ctx context.Context, j sandbox.Job) (*sandbox.Output, error)
}

type runCommand struct {
	w     *workspace.Workspace
	box   box
	hosts []string // those that need no more than a plain yes
	log   *slog.Logger
	*shared
}

// shared is what the commands of one workspace share.
type shared struct {
	// turn is held by the one command that may write, so that what it changed
	// can be told from what others did.
	turn chan struct{}
	mu   sync.Mutex // held while it is tried whether there can be an overlay
	kind string     // how checkpoints are made; "" until it was tried
	flat error      // why there can be no overlay
}

func newRunCommand(w *workspace.Workspace, b box) runCommand {
	return runCommand{w: w, box: b, log: slog.New(slog.DiscardHandler), shared: &shared{turn: make(chan struct{}, 1)}}
}

func (runCommand) Spec() tool.Spec {
	return tool.Spec{
		Name:        "run_command",
		Description: "Run a shell command in the workspace. Without hosts it has no network.",
		Params:      schema.Of[runArgs](),
	}
}

type commandArgs struct {
	Command string `json:"command"`
}

type runArgs struct {
	commandArgs
	Hosts []string `json:"hosts,omitempty" jsonschema:"only if the command needs the network: the hosts it reaches over http or https, such as [\"pypi.org\"]"` // canonical: sorted, each once
}

func (t runCommand) Plan(ctx context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[runArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	args.Command = strings.TrimSpace(args.Command)
	parsed, err := parseCommand(args.Command)
	if err != nil {
		return tool.Action{}, err
	}
	if args.Hosts, err = commandHosts(args.Hosts); err != nil {
		return tool.Action{}, err
	}
	kind, err := t.box.Probe(ctx)
	if err != nil {
		return tool.Action{}, err
	}
	if len(args.Hosts) > 0 && kind != sandbox.Bubblewrap {
		return tool.Action{}, sandbox.ErrNoHosts
	}
	wants := shellrisk.Read(parsed, t.w.Protects)
	args.Hosts = t.reached(args.Hosts, wants, kind)
	if len(args.Hosts) > 0 {
		wants.Reads = false
	}
	points, lost := "", error(nil)
	if !wants.Reads {
		points, lost = t.kept(ctx)
	}
	kept := lost == nil
	a := tool.Action{
		Tool: "run_command", Target: args.Command, Args: tool.Encode(args), Phrase: "command",
		Values:    map[string]string{"command": strings.Join(strings.Fields(strings.ReplaceAll(args.Command, "\n", " ; ")), " "), "programs": strings.Join(wants.Programs, ", ")},
		Facts:     map[string]string{},
		Private:   true, // it can read all of the workspace
		Source:    "the output of " + textnorm.Brief(args.Command, 60),
		Summary:   "run " + textnorm.Brief(args.Command, 100),
		Untrusted: true,
	}
	authority(&a, wants, kind == sandbox.Bubblewrap && kept, len(args.Hosts) > 0)
	if a.Level == policy.External && len(args.Hosts) == 0 {
		a.GrantScope = tool.Scoped(commandScope(args.Command))
	}
	if utf8.RuneCountInString(args.Command) > 160 {
		a.Values["warning"] = "long"
	}
	if wants.Reads {
		a.Repeat = tool.Idempotent
	}
	t.network(&a, args.Hosts)
	t.undoable(&a, kept)
	a.Do = func(ctx context.Context, _ string) (tool.Result, error) {
		r, err := t.Do(ctx, sandbox.Job{Command: args.Command, ReadOnly: wants.Reads, Hosts: args.Hosts}, opens(wants), points)
		if err != nil {
			return tool.Result{}, fmt.Errorf("run the command: %w", err)
		}
		if wants.Network != "" && len(args.Hosts) == 0 {
			r.Text += "\n[it ran without a network: if it needs one, name in hosts what it reaches]"
		}
		return r, nil
	}
	return a, nil
}

// parseCommand refuses what bash could not run, and what a person asked to
// allow it could not see.
func parseCommand(command string) (*syntax.File, error) {
	switch {
	case command == "":
		return nil, errors.New("the command is missing")
	case len(command) > 8000:
		return nil, errors.New("the command is too long: at most 8000 bytes; write a script with write_file")
	}
	if err := tool.PlainText("command", command); err != nil {
		return nil, err
	}
	for _, r := range command {
		if textnorm.Hidden(r) || r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return nil, fmt.Errorf("the command holds a character that can't be seen (%U)", r)
		}
	}
	parsed, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(command), "")
	if err != nil {
		return nil, fmt.Errorf("the command is no valid bash: %w", err)
	}
	if len(parsed.Stmts) == 0 {
		return nil, errors.New("the command does nothing")
	}
	return parsed, nil
}

// commandScope covers exactly this command.
func commandScope(command string) (tool.GrantScope, bool) {
	return tool.GrantScope{
		Target: command, Args: map[string]string{"command": command}, Phrase: "command", Values: map[string]string{"command": command},
	}, tool.Literal(command)
}
