package shell

import (
	"context"
	_ "embed"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/shellrisk"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/toolstest"
	"deputy/agent/workspace/checkpoint"
)

// levelTable holds commands, each with the level it takes in a sandbox by
// bubblewrap after a checkpoint, what it wants beyond that, and the trick that it
// tries, if any. "␤" is a newline.
//
//go:embed testdata/shell_levels.tsv
var levelTable string

type levelRow struct {
	command, wants, trick string
	level                 policy.Level
}

func levelRows(t testing.TB) []levelRow {
	t.Helper()
	names := map[string]policy.Level{"Look": policy.Look, "Draft": policy.Draft, "External": policy.External, "Commit": policy.Commit, "Restricted": policy.Restricted}
	var rows []levelRow
	for line := range strings.Lines(levelTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 4 || names[cells[1]] == policy.Unset {
			t.Fatalf("a row of four cells with a level is wanted: %q", line)
		}
		rows = append(rows, levelRow{strings.ReplaceAll(cells[0], "␤", "\n"), cells[2], cells[3], names[cells[1]]})
	}
	return rows
}

// saidWants are wants as the table has them.
func saidWants(w shellrisk.Wants, hosts []string) string {
	var all []string
	for name, part := range map[string]string{"network": w.Network, "publishes": w.Publishes, "outside": w.Outside, "startup": w.Startup, "secret": w.Secret, "unclear": w.Unclear} {
		if part != "" {
			all = append(all, name)
		}
	}
	for _, h := range hosts {
		all = append(all, "host:"+h)
	}
	if w.Reads {
		all = append(all, "reads")
	}
	if len(all) == 0 {
		return "-"
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// assumed is a sandbox of a kind that is said to work, or why none does.
type assumed struct {
	kind string
	why  error
}

func (a assumed) Probe(context.Context) (string, error) { return a.kind, a.why }

func (assumed) Run(context.Context, sandbox.Job) (*sandbox.Output, error) {
	return nil, errors.New("it only plans")
}

// plansOnly is run_command where a sandbox of a kind is said to work.
func plansOnly(t *testing.T, s toolstest.Space, kind string) runCommand {
	t.Helper()
	run := newRunCommand(s.Workspace, assumed{kind: kind})
	run.hosts, run.shared.kind = []string{"known.example"}, checkpoint.Copy
	return run
}

func TestShellLevels(t *testing.T) {
	s := toolstest.NewSpace(t)
	tool := plansOnly(t, s, sandbox.Bubblewrap)
	rows := levelRows(t)
	tricks := 0
	for _, r := range rows {
		parsed, err := parseCommand(r.command)
		if err != nil {
			t.Fatalf("%q: %v", r.command, err)
		}
		a := tooltest.Planned(t, tool, commandArgs{r.command})
		w := shellrisk.Read(parsed, s.Protects)
		hosts := tool.reached(nil, w, sandbox.Bubblewrap)
		if got := saidWants(w, hosts); a.Level != r.level || got != r.wants {
			t.Errorf("%s\n\tgot %v wants %s, want %v wants %s", r.command, a.Level, got, r.level, r.wants)
		}
		if r.trick != "" {
			tricks++
		}
	}
	if len(rows) < 500 || tricks < 300 {
		t.Errorf("got %d commands, %d of them tricks, want 500 and 300", len(rows), tricks)
	}
}

// TestOldCaution: where the sandbox can't shut everything, or there is no
// checkpoint, a command that isn't known to only read is asked for.
func TestOldCaution(t *testing.T) {
	s := toolstest.NewSpace(t)
	least := func(tool runCommand, least policy.Level) {
		t.Helper()
		for _, r := range levelRows(t) {
			a := tooltest.Planned(t, tool, commandArgs{r.command})
			if a.Level < r.level && len(a.Facts["host"]) == 0 && r.level > policy.Draft && !strings.Contains(r.wants, "host:") {
				t.Errorf("%s: got %v, want at least %v", r.command, a.Level, r.level)
			}
			if strings.Contains(r.wants, "reads") != (a.Level == policy.Look) || a.Level != policy.Look && a.Level < least {
				t.Errorf("%s: got %v, want at least %v", r.command, a.Level, least)
			}
			if strings.Contains(r.wants, "unclear") && !strings.Contains(r.wants, "reads") && a.Level < policy.Commit {
				t.Errorf("%s: got %v although it is unclear", r.command, a.Level)
			}
		}
	}
	least(plansOnly(t, s, sandbox.Landlock), policy.External)
	if err := os.Truncate(writeTemp(t, s, "huge.bin"), 3<<30); err != nil {
		t.Fatal(err)
	}
	least(plansOnly(t, s, sandbox.Bubblewrap), policy.Commit)
}

func writeTemp(t *testing.T, s toolstest.Space, name string) string {
	t.Helper()
	s.File(name, "")
	return filepath.Join(s.Dir(), name)
}

// TestHostsDecide: what a command may reach is frozen with it, and asked about by
// its standing.
func TestHostsDecide(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File(".git/config", "[remote \"origin\"]\n\turl = https://kim@known.example/x.git\n")
	run := plansOnly(t, s, sandbox.Bubblewrap)
	for _, tt := range []struct {
		command string
		hosts   []string
		want    policy.Level
		frozen  string
	}{
		{"curl -s https://known.example/a", nil, policy.External, "known.example"},
		{"curl https://new.example/a", nil, policy.Commit, "new.example"},
		{"curl -d @a.txt https://known.example/a", nil, policy.Commit, "known.example"},
		{"curl https://127.0.0.1/", nil, policy.Draft, ""},
		{"git pull", nil, policy.External, "known.example"},
		{"git push", nil, policy.Commit, "known.example"},
		{"python3 fetch.py", []string{"known.example"}, policy.External, "known.example"},
		{"python3 fetch.py", []string{"new.example"}, policy.Commit, "new.example"},
		{"x=git; $x push", []string{"known.example"}, policy.Commit, "known.example"},
		{"env PATH=. ls", []string{"known.example"}, policy.Commit, "known.example"},
		{"bash -c 'git push'", []string{"known.example"}, policy.Commit, "known.example"},
		{"mywrap git push", []string{"known.example"}, policy.Commit, "known.example"},
		{"pip install requests", nil, policy.Commit, "files.pythonhosted.org,pypi.org"},
	} {
		a := tooltest.Planned(t, run, runArgs{commandArgs{tt.command}, tt.hosts})
		args, err := tool.Decode[runArgs](a.Args)
		if err != nil {
			t.Fatal(err)
		}
		if a.Level != tt.want || strings.Join(args.Hosts, ",") != tt.frozen || a.Egress != (tt.frozen != "") {
			t.Errorf("%s %v: got %v with %v, want %v with %s", tt.command, tt.hosts, a.Level, args.Hosts, tt.want, tt.frozen)
		}
	}
}

// TestWhys: every reason is said in both languages, and some command has it.
func TestWhys(t *testing.T) {
	s := toolstest.NewSpace(t)
	run := plansOnly(t, s, sandbox.Landlock)
	met := map[string]tool.Action{}
	for _, r := range levelRows(t) {
		a := tooltest.Planned(t, run, commandArgs{r.command})
		met[a.Facts["why"]] = a
	}
	for _, w := range []string{"unclear", "publishes", "outside", "startup", "secret"} {
		if met[w].Tool == "" {
			t.Errorf("no command is asked about for the reason %q of %v", w, slices.Sorted(maps.Keys(met)))
		}
		if n := strings.Count(string(About), "<"+w+"| "); n != 2 {
			t.Errorf("the phrase ask.command says the reason %q in %d languages, want 2", w, n)
		}
	}
}
