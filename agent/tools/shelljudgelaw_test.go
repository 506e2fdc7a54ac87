package tools

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
)

// worlds are places that a whole command can be put in: § is the command, «§»
// the command as one word, "␤" a newline.
var worlds = map[string]string{
	"sequence":       "true; §␤true",
	"and":            "true && {␤§␤}",
	"or":             "false || {␤§␤}",
	"pipe":           "{␤§␤} | cat",
	"piped to":       "echo | {␤§␤}",
	"subshell":       "(␤§␤)",
	"background":     "{␤§␤} &",
	"substitution":   "echo $(␤§␤)",
	"quoted":         "echo \"$(␤§␤)\"",
	"default":        "echo ${zz:-$(␤§␤)}",
	"process":        "cat <(␤§␤)",
	"here-document":  "cat <<EEE␤$(␤§␤)␤EEE",
	"assignment":     "zz=$(␤§␤)",
	"array":          "zz=($(␤§␤))",
	"subscript":      "echo $((zz[$(␤§␤)]))",
	"redirection":    "ls 2> $(␤§␤)",
	"if":             "if true; then␤§␤fi",
	"condition":      "if␤§␤then ls; fi",
	"elif":           "if ls; then ls; elif true; then␤§␤fi",
	"while":          "while true; do␤§␤done",
	"for":            "for zz in 1; do␤§␤done",
	"c-style":        "for ((zz=0; zz<1; zz++)); do␤§␤done",
	"case":           "case x in *)␤§␤;; esac",
	"test":           "[[ -n $(␤§␤) ]]",
	"function":       "zz() {␤§␤}␤zz",
	"never called":   "zz() {␤§␤}",
	"coproc":         "coproc zz {␤§␤}",
	"time":           "time {␤§␤}",
	"negated":        "! {␤§␤}",
	"bash":           "bash -c «§»",
	"timeout":        "timeout -k 1 5 bash -c «§»",
	"bash reading":   "bash <<'EEE'␤§␤EEE",
	"bash, here":     "bash <<< «§»",
	"eval":           "eval «§»",
	"trap":           "trap «§» EXIT",
	"sudo":           "sudo -n bash -c «§»",
	"ssh":            "ssh host «§»",
	"xargs bash":     "xargs -0 bash -c «§»",
	"find":           `find . -exec bash -c «§» \;`,
	"flock":          "flock x -c «§»",
	"watch":          "watch -n 1 «§»",
	"script":         "script -q -c «§» /dev/null",
	"parallel":       "parallel «§»",
	"unknown option": "timeout --weird 5 bash -c «§»",
	"unknown":        "caffeinate bash -c «§»",
}

// within puts a command into a world.
func within(world, command string) string {
	world = strings.ReplaceAll(world, "␤", "\n")
	world = strings.ReplaceAll(world, "«§»", quote(command))
	return strings.ReplaceAll(world, "§", command)
}

// openings can stand before a simple command.
var openings = []string{
	"env ", "env -i X=1 ", "nohup ", "nice -n 5 ", "nice -5 ", "ionice -c 3 ", "stdbuf -oL ", "setsid ", "timeout 5 ", "timeout --signal=KILL -k 1 5 ", "command ", "command -p ", "exec ", "builtin ",
	"busybox ", "flock x ", "strace -f ", "ltrace ", "chroot x ", "unshare -r ", "xargs ", "xargs -0 -n 1 ", "sudo ", "sudo -u kim ", "doas ", "nohup env nice ", "taskset 1 ", "entr ", "watch -x ", "time -p ", "X=1 ", "! ",
}

// TestHidingNeverLowers: whatever a command is put into, it takes no less.
func TestHidingNeverLowers(t *testing.T) {
	tried := 0
	check := func(how string, want judgement, outer string) {
		f, err := parseCommand(outer)
		if err != nil {
			return // not every command may stand everywhere
		}
		tried++
		got := judge(f)
		if got.Level < want.Level || got.Reads && !want.Reads || got.Level < policy.Commit && want.Deletes && !got.Deletes || got.Level < policy.Commit && want.Network {
			t.Errorf("%s: %q: got %v (%s: %s) deletes %v network %v, want at least %v (%s: %s) deletes %v network %v", how, outer,
				got.Level, got.Why, got.Part, got.Deletes, got.Network, want.Level, want.Why, want.Part, want.Deletes, want.Network)
		}
	}
	hows := slices.Sorted(maps.Keys(worlds))
	for i, r := range levelRows(t) {
		want := judged(t, r.command)
		for j, how := range hows {
			if (i+j)%3 == 0 || len(r.trick) == 0 { // a third of them for each trick: together they are tried in all
				check(how, want, within(worlds[how], r.command))
			}
		}
		f, err := parseCommand(r.command)
		if err != nil {
			t.Fatal(err)
		}
		call, simple := f.Stmts[0].Cmd.(*syntax.CallExpr)
		if len(f.Stmts) > 1 || !simple || len(call.Assigns) > 0 || len(call.Args) == 0 || f.Stmts[0].Negated || strings.HasPrefix(r.command, ">") {
			continue
		}
		for j, p := range openings {
			if (i+j)%2 == 0 {
				check(p, want, p+r.command)
			}
		}
	}
	if tried < 20000 {
		t.Errorf("got only %d commands that could be tried, want 20000", tried)
	}
}

// TestMoreNeverLowers: a command takes no less for another one beside it.
func TestMoreNeverLowers(t *testing.T) {
	rows := levelRows(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 6000 {
		a, b := rows[random.IntN(len(rows))].command, rows[random.IntN(len(rows))].command
		f, err := parseCommand(a + "\n" + b)
		if err != nil || shared(t, a, b) || shared(t, b, a) {
			continue
		}
		one, two, both := judged(t, a), judged(t, b), judge(f)
		if both.Level < max(one.Level, two.Level) || (one.Deletes || two.Deletes) && !both.Deletes || (one.Network || two.Network) && !both.Network || both.Reads && !(one.Reads && two.Reads) {
			t.Errorf("%q: got %v deletes %v network %v, want at least that of %v deletes %v network %v and %v deletes %v network %v", a+"\n"+b,
				both.Level, both.Deletes, both.Network, one.Level, one.Deletes, one.Network, two.Level, two.Deletes, two.Network)
		}
	}
}

// shared says that one command sets a variable that the other one uses: what was
// unknown there is known then.
func shared(t *testing.T, sets, uses string) bool {
	f, err := parseCommand(sets)
	if err != nil {
		t.Fatal(err)
	}
	for name := range variablesOf(f).of {
		if strings.Contains(uses, "$") && strings.Contains(uses, name) || strings.Contains(uses, "((") {
			return true
		}
	}
	return false
}

// TestLookIsListed: whatever only looks is made of pipes, lists and calls.
func TestLookIsListed(t *testing.T) {
	looks := 0
	for _, r := range levelRows(t) {
		f, err := parseCommand(r.command)
		if err != nil {
			t.Fatal(err)
		}
		if judge(f).Level == policy.Look {
			looks++
			listedOnly(t, r.command, f)
		}
	}
	if looks < 20 {
		t.Errorf("got only %d commands that look, want 20", looks)
	}
}

func listedOnly(t *testing.T, command string, f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil, *syntax.File, *syntax.Stmt, *syntax.CallExpr, *syntax.Word, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted, *syntax.Comment:
		case *syntax.BinaryCmd:
			if n.Op != syntax.AndStmt && n.Op != syntax.OrStmt && n.Op != syntax.Pipe {
				t.Errorf("%q only looks, with %v in it", command, n.Op)
			}
		default:
			t.Errorf("%q only looks, with %T in it", command, n)
		}
		return true
	})
}

func FuzzJudge(f *testing.F) {
	for _, r := range levelRows(f) {
		f.Add(r.command)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := parseCommand(s)
		if err != nil {
			return
		}
		j := judge(parsed)
		if j.Level < policy.Look || j.Level > policy.Seal || j.Level == policy.Draft || (j.Level == policy.Look) != j.Reads {
			t.Errorf("%q: got %+v", s, j)
		}
		if j.Level == policy.Look {
			listedOnly(t, s, parsed)
		}
		for _, how := range []string{"bash", "subshell", "if"} {
			outer, err := parseCommand(within(worlds[how], s))
			if err != nil || strings.ContainsAny(s, "#\\<") {
				continue // what begins a comment or a here-document is another command there
			}
			if got := judge(outer); got.Level < j.Level {
				t.Errorf("%s: %q: got %v, want at least %v (%s: %s)", how, s, got.Level, j.Level, j.Why, j.Part)
			}
		}
	})
}
