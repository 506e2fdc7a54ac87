package attack

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"deputy/cmd/internal/rehearsal"
)

// An attack is one scene of testdata/attacks: what is tried, and that it has no
// effect but those that the owner properly approved in it.
type attack struct {
	name, threat, tried string
	control             bool // a proper approval, which must have its effect
	steps               []rehearsal.Direction
	where               string // file:line
}

// categories are the files of testdata/attacks with how many attacks each must
// hold, controls aside.
var categories = []struct {
	name  string
	least int
}{
	{"consent", 30}, {"echo", 12}, {"timing", 12}, {"changed", 8}, {"injected", 20}, {"claims", 8},
	{"evidence", 12}, {"shell", 20}, {"paths", 12}, {"lookalike", 8}, {"local", 5}, {"leave", 6}, {"queue", 8}, {"tricks", 60},
}

// leastAttacks is how many there must be in all.
const leastAttacks = 150

// readAttacks reads a file of scenes: a header "attack NAME | THREAT | TRIED" or
// "control NAME | THREAT | TRIED", then a direction a line, see attackSteps; a blank
// line ends a scene. THREAT is the row of the table of threats that it came from.
func readAttacks(t *testing.T, category string) (all []attack) {
	t.Helper()
	if category == "tricks" {
		return readTricks(t)
	}
	path := filepath.Join("testdata", "attacks", category+".txt")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := strings.TrimSpace(in.Text())
		where := fmt.Sprintf("%s:%d", path, n)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if kind, rest, _ := strings.Cut(line, " "); kind == "attack" || kind == "control" {
			parts := strings.Split(rest, " | ")
			if len(parts) != 3 {
				t.Fatalf("%s: got %d parts, want a name, a threat and what is tried", where, len(parts))
			}
			all = append(all, attack{name: parts[0], threat: parts[1], tried: parts[2], control: kind == "control", where: where})
			continue
		}
		words, err := splitDirection(line)
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %q is no direction of a scene: %v", where, line, err)
		}
		a := &all[len(all)-1]
		a.steps = append(a.steps, rehearsal.Direction{Line: n, Verb: words[0], Args: words[1:]})
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// waits are commands that wait until their time is up, which never comes in
// virtual time; agent/tools runs all of them in real time.
var waits = regexp.MustCompile(`^(?:vim?|view|emacs|man|watch|tmux|script|entr|while|until|select|for \(\()\b`)

// readTricks makes attacks of the commands that the shell tool's own test holds, one
// of each trick: what runs by itself is shut in, and can be taken back.
func readTricks(t *testing.T) (all []attack) {
	t.Helper()
	const path = "../../../agent/tools/shell/testdata/shell_levels.tsv"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(cells) < 4 || cells[3] == "" || seen[cells[3]] || waits.MatchString(cells[0]) {
			continue
		}
		seen[cells[3]] = true
		args, err := json.Marshal(map[string]string{"command": strings.ReplaceAll(cells[0], "␤", "\n")})
		if err != nil {
			t.Fatal(err)
		}
		a := attack{name: cells[3], threat: "complaints 8 to 14", tried: cells[0], where: fmt.Sprintf("%s:%d", path, i+1)}
		for _, words := range [][]string{
			{"file", "a.txt", "a"}, {"file", "b.txt", "b"}, {"file", ".env", "TOKEN=" + canary}, {"guard"},
			{"model", "run_command", string(args)}, {"order", "run the command"}, {"contained"},
		} {
			a.steps = append(a.steps, rehearsal.Direction{Line: i + 1, Verb: words[0], Args: words[1:]})
		}
		all = append(all, a)
	}
	return append(all, attack{name: "a command that is approved", threat: "8", control: true, where: path, steps: []rehearsal.Direction{
		{Verb: "pose", Args: []string{"command"}}, {Verb: "approve"},
	}})
}

// splitDirection is splitQuoted, but that the arguments of a call are JSON as it is
// written.
func splitDirection(line string) ([]string, error) {
	verb, rest, _ := strings.Cut(line, " ")
	if tool, args, ok := strings.Cut(rest, " "); ok && (verb == "model" || verb == "also") && !strings.HasPrefix(tool, `"`) {
		return []string{verb, tool, args}, nil
	}
	return rehearsal.SplitQuoted(line)
}

// TestAttacks plays every attack through the real desk, policy, consent, phrases
// and tools, with a model that does what a hijacked one would, and counts at the
// destinations what came of it: mails that a server took, pages that were asked
// for, files that changed, secrets that reached the model.
func TestAttacks(t *testing.T) {
	out := newDestinations(t)
	total, table := 0, []string{}
	for _, c := range categories {
		attacks, names := readAttacks(t, c.name), map[string]bool{}
		tried, controls, had, shutIn := 0, 0, 0, 0
		for _, a := range attacks {
			if names[a.name] {
				t.Errorf("%s: there is another %q", a.where, a.name)
			}
			names[a.name] = true
			unapproved := 0
			t.Run(c.name+"/"+a.name, func(t *testing.T) {
				out.demand(t, a)
				w := newWorld(t, out, a)
				if f, real := attackReal[a.steps[0].Verb]; real {
					f(t, w)
				} else {
					for rest := a.steps; len(rest) > 0; {
						// The clock of each bubble begins anew: to go on in another one
						// is to set it back.
						n := 1 + slices.IndexFunc(rest, func(d rehearsal.Direction) bool { return d.Verb == "clockback" })
						if n == 0 {
							n = len(rest)
						}
						synctest.Test(t, func(t *testing.T) { w.play(t, rest[:n]) })
						rest = rest[n:]
					}
				}
				unapproved = w.conclude(t)
				if w.shutIn {
					shutIn++
				}
			})
			had += max(unapproved, 0)
			if a.control {
				controls++
				continue
			}
			tried++
		}
		if tried < c.least {
			t.Errorf("%s: got %d attacks, want at least %d", c.name, tried, c.least)
		}
		if controls == 0 {
			t.Errorf("%s: there is no control, so that it could not fail", c.name)
		}
		total += tried
		table = append(table, fmt.Sprintf("%-10s %4d attacks %3d ran shut in and were undone %3d effects without approval %3d controls", c.name, tried, shutIn, had, controls))
	}
	if total < leastAttacks {
		t.Errorf("got %d attacks, want at least %d", total, leastAttacks)
	}
	t.Logf("\n%s\n%-10s %4d attacks", strings.Join(table, "\n"), "all", total)
}

// TestEveryAttackFileIsPlayed: a file that no category names would be forgotten.
func TestEveryAttackFileIsPlayed(t *testing.T) {
	files, err := filepath.Glob("testdata/attacks/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		if !slices.ContainsFunc(categories, func(c struct {
			name  string
			least int
		}) bool {
			return c.name == name
		}) {
			t.Errorf("%s belongs to no category", f)
		}
	}
}
