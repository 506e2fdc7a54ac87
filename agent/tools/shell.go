package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
	"deputy/agent/shellrisk"
	"deputy/agent/tool"
)

// ShellOptions are the options of Shell; the zero value is usable.
type ShellOptions struct {
	Timeout   time.Duration // of one command; 0 is 30 s
	Memory    int64         // bytes that all its processes may hold together; 0 is 1 GiB
	Processes int           // 0 is 128
	FileSize  int64         // bytes of one file that it writes; 0 is 256 MiB
	DiskSpace int64         // bytes that it may take from the disk in all; 0 is 1 GiB
	Bwrap     string        // the bubblewrap program; "" is looked up on PATH
	// Author and AuthorMail are who commits, for git: a command sees no settings of
	// the user's own. "" is whom the repository names.
	Author, AuthorMail string
	// Hosts lists those that a command may reach after a plain yes, as
	// WebOptions.Allow does; any other is a new one.
	Hosts   []string
	Traffic int64        // bytes that a command may move over the network, both ways; 0 is 64 MiB
	Logger  *slog.Logger // nil is silent

	// Of tests: how a name is found and an address is dialed; nil is as usual.
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o ShellOptions) filled() ShellOptions {
	set := func(v *int64, to int64) {
		if *v == 0 {
			*v = to
		}
	}
	set((*int64)(&o.Timeout), int64(30*time.Second))
	set(&o.Memory, 1<<30)
	set(&o.FileSize, 256<<20)
	set(&o.DiskSpace, 1<<30)
	set(&o.Traffic, 64<<20)
	if o.resolve == nil {
		o.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.dial == nil {
		o.dial = (&net.Dialer{}).DialContext
	}
	if o.Processes == 0 {
		o.Processes = 128
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Shell are the tools that run commands: run_command, in a sandbox that sees
// the system read-only, the workspace, and nothing else: no home, no network but
// the hosts it was allowed, no other process. Where there is no sandbox nothing
// is run. The program must begin with [EnterSandbox].
func Shell(w *Workspace, o ShellOptions) []tool.Tool {
	return []tool.Tool{runCommand{w, newSandbox(w.dir, w.copies.scratch(), o.filled())}}
}

// ProbeSandbox says how commands can be run on this machine, by Bubblewrap or
// Landlock; the error says what is missing and what to do.
func ProbeSandbox(ctx context.Context, o ShellOptions) (kind string, err error) {
	dir, err := os.MkdirTemp("", "deputy-sandbox-")
	if err != nil {
		return "", fmt.Errorf("try the sandbox: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = realPath(dir); err != nil {
		return "", fmt.Errorf("try the sandbox: %w", err)
	}
	way, err := newSandbox(dir, "", o.filled()).probe(ctx)
	return way.kind, err
}

type runCommand struct {
	w   *Workspace
	box *sandbox
}

func (runCommand) Spec() tool.Spec {
	return tool.Spec{
		Name:        "run_command",
		Description: "Run a shell command in the workspace. Without hosts it has no network.",
		Params:      json.RawMessage(`{"type":"object","properties":{"command":{"type":"string"},"hosts":{"type":"array","items":{"type":"string"},"description":"only if the command needs the network: the hosts it reaches over http or https, such as [\"pypi.org\"]"}},"required":["command"]}`),
	}
}

type commandArgs struct {
	Command string `json:"command"`
}

type runArgs struct {
	commandArgs
	Hosts []string `json:"hosts,omitempty"` // canonical: sorted, each once
}

func (t runCommand) Plan(ctx context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := decode[runArgs](raw)
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
	w, err := t.box.probe(ctx)
	if err != nil {
		return tool.Action{}, err
	}
	if len(args.Hosts) > 0 && w.kind != Bubblewrap {
		return tool.Action{}, errNoHosts
	}
	wants := shellrisk.Read(parsed, t.w.protects)
	args.Hosts = t.hosts(args.Hosts, wants, w)
	if len(args.Hosts) > 0 {
		wants.Reads = false
	}
	points, lost := "", error(nil)
	if !wants.Reads {
		points, lost = t.kept(ctx)
	}
	kept := lost == nil
	a := tool.Action{
		Tool: "run_command", Target: args.Command, Args: encode(args), Phrase: "command",
		Values:    map[string]string{"command": strings.Join(strings.Fields(strings.ReplaceAll(args.Command, "\n", " ; ")), " "), "programs": strings.Join(wants.Programs, ", ")},
		Facts:     map[string]string{},
		Private:   true, // it can read all of the workspace
		Source:    "the output of " + brief(args.Command, 60),
		Summary:   "run " + brief(args.Command, 100),
		Untrusted: true,
	}
	authority(&a, wants, w.kind == Bubblewrap && kept, len(args.Hosts) > 0)
	if a.Level == policy.External && len(args.Hosts) == 0 {
		a.GrantScope = scoped(commandScope(args.Command))
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
		r, err := t.do(ctx, job{command: args.Command, readOnly: wants.Reads, hosts: args.Hosts}, opens(wants), points)
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
	if err := plainText("command", command); err != nil {
		return nil, err
	}
	for _, r := range command {
		if hidden(r) || r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
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

// An output is what a command wrote, and how it ended.
type output struct {
	head, tail []byte // the beginning, and the end when there was more
	total      int64
	status     int
	ended      string // why it was ended; "" if it ended by itself
	network    string // what was reached and refused; "" if nothing was
}

const (
	keepHead  = maxText * 2 / 3
	keepTail  = maxText - keepHead
	maxOutput = 16 << 20 // a command that writes more is ended
)

func (o *output) add(p []byte) {
	o.total += int64(len(p))
	if room := keepHead - len(o.head); room > 0 {
		n := min(room, len(p))
		o.head = append(o.head, p[:n]...)
		p = p[n:]
	}
	o.tail = append(o.tail, p...)
	if len(o.tail) > 4*keepTail {
		o.tail = append(o.tail[:0], o.tail[len(o.tail)-keepTail:]...)
	}
}

// text is for the model: what was written, then how it ended.
func (o *output) text() (said string) {
	tail := o.tail
	if len(tail) > keepTail {
		tail = tail[len(tail)-keepTail:]
	}
	text := strings.ToValidUTF8(string(o.head), "")
	if left := o.total - int64(len(o.head)+len(tail)); left > 0 {
		text += fmt.Sprintf("\n[%s left out]\n", size(left))
	}
	text += strings.ToValidUTF8(string(tail), "")
	if o.network != "" {
		defer func() { said += "\n[network: " + o.network + "]" }()
	}
	text = strings.TrimRight(strings.Map(func(r rune) rune {
		if hidden(r) || unlikely(r) {
			return -1
		}
		return r
	}, text), "\n ")
	switch {
	case o.ended != "":
		return strings.TrimSpace(text + "\n[the command was ended: " + o.ended + "]")
	case o.status != 0:
		return strings.TrimSpace(text + fmt.Sprintf("\n[exit status %d]", o.status))
	case text == "":
		return "[done, no output]"
	}
	return text
}
