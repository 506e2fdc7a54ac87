package tools

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"deputy/agent/policy"
)

// levelTable holds commands, each with the level it takes once an undo is kept,
// its effects (deletes, network, reads) and the trick that it tries, if any.
// "␤" is a newline.
//
//go:embed testdata/shell_levels.tsv
var levelTable string

type levelRow struct {
	command, trick          string
	level                   policy.Level
	deletes, network, reads bool
}

func levelRows(t testing.TB) []levelRow {
	t.Helper()
	names := map[string]policy.Level{"Look": policy.Look, "Reach": policy.Reach, "Commit": policy.Commit, "Seal": policy.Seal}
	var rows []levelRow
	for line := range strings.Lines(levelTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 4 || names[cells[1]] == policy.Unset {
			t.Fatalf("a row of four cells with a level is wanted: %q", line)
		}
		effects := strings.Split(cells[2], ",")
		rows = append(rows, levelRow{
			command: strings.ReplaceAll(cells[0], "␤", "\n"), trick: cells[3], level: names[cells[1]],
			deletes: slices.Contains(effects, "deletes"), network: slices.Contains(effects, "network"), reads: slices.Contains(effects, "reads"),
		})
	}
	return rows
}

func judged(t testing.TB, command string) judgement {
	t.Helper()
	f, err := parseCommand(command)
	if err != nil {
		t.Fatalf("%q: %v", command, err)
	}
	return judge(f)
}

func TestShellLevels(t *testing.T) {
	rows := levelRows(t)
	tricks := 0
	for _, r := range rows {
		j := judged(t, r.command)
		if j.Level != r.level || j.Deletes != r.deletes || j.Network != r.network || j.Reads != r.reads {
			t.Errorf("%s\n\tgot %v (%s: %s) deletes %v network %v reads %v, want %v deletes %v network %v reads %v", r.command,
				j.Level, j.Why, j.Part, j.Deletes, j.Network, j.Reads, r.level, r.deletes, r.network, r.reads)
		}
		if (j.Level > policy.Reach) != (j.Why != "") {
			t.Errorf("%s: got level %v for the reason %q", r.command, j.Level, j.Why)
		}
		if r.trick != "" {
			tricks++
		}
	}
	if len(rows) < 500 || tricks < 300 {
		t.Errorf("got %d commands, %d of them tricks, want 500 and 300", len(rows), tricks)
	}
}
