package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A source is one Go file of the module that is not a test.
type source struct {
	path    string // from the module's root
	pkg     string // its directory
	doc     string // its package comment
	imports []string
}

// sources parses every file of the module.
func sources(t *testing.T) (all []source) {
	t.Helper()
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(rel), pkg: filepath.ToSlash(filepath.Dir(rel)), doc: f.Doc.Text()}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("found only %d files", len(all))
	}
	return all
}

// TestPackagesSayWhatTheyKnow: each package opens with one paragraph about it.
func TestPackagesSayWhatTheyKnow(t *testing.T) {
	docs := map[string]int{}
	for _, s := range sources(t) {
		docs[s.pkg] += 0
		if len(s.doc) > 80 {
			docs[s.pkg]++
		}
	}
	for pkg, n := range docs {
		if n != 1 {
			t.Errorf("package %s has %d package comments, want 1", pkg, n)
		}
	}
}

// corePackages are the standard library and what is named here, so that what
// Deputy is for can be read, tested and trusted without any vendor.
var corePackages = map[string][]string{
	"audio":          {},
	"stt":            {"deputy/audio"},
	"tts":            {"deputy/audio"},
	"agent/consent":  {},
	"agent/policy":   {},
	"agent/journal":  {},
	"agent/address":  {},
	"agent/readback": {"deputy/agent/policy", "deputy/agent/event"},
	"agent/tool":     {"deputy/agent/consent", "deputy/agent/policy"},
	"agent/model":    {"deputy/agent/tool"},
	"agent/history":  {"deputy/agent/model"},
	"agent/command":  {"deputy/agent/model"},
	"agent/event":    {"deputy/agent/consent", "deputy/agent/policy", "deputy/agent/journal", "deputy/agent/tool", "deputy/agent/model"},
	"agent/state":    {"deputy/agent/consent", "deputy/agent/policy", "deputy/agent/tool", "deputy/agent/model", "deputy/agent/event", "deputy/agent/readback"},
	"agent/ground":   {"deputy/agent/model", "deputy/agent/event", "deputy/agent/state", "deputy/agent/readback"},
	"agent/hearing": {
		"deputy/agent/address", "deputy/agent/consent", "deputy/agent/policy", "deputy/agent/command", "deputy/agent/readback",
		"deputy/agent/event", "deputy/agent/state",
	},
	"agent/core": {
		"deputy/agent/address", "deputy/agent/consent", "deputy/agent/policy", "deputy/agent/tool", "deputy/agent/model",
		"deputy/agent/history", "deputy/agent/command", "deputy/agent/readback", "deputy/agent/hearing", "deputy/agent/ground", "deputy/agent/event", "deputy/agent/state",
	},
	"agent": {
		"deputy/agent/consent", "deputy/agent/journal", "deputy/agent/tool", "deputy/agent/model",
		"deputy/agent/event", "deputy/agent/state", "deputy/agent/hearing", "deputy/agent/core",
	},
}

// extended is what Go's own authors keep beside the standard library.
var extended = regexp.MustCompile(`^golang\.org/x/(text|net|sys|sync)/`)

func TestCoreImportsNoVendor(t *testing.T) {
	for _, s := range sources(t) {
		allowed, ok := corePackages[s.pkg]
		if !ok && !strings.HasPrefix(s.pkg, "internal/") { // which sees of ours only what is internal too
			continue
		}
		for _, i := range s.imports {
			if strings.Contains(strings.Split(i, "/")[0], ".") && !extended.MatchString(i) {
				t.Errorf("%s imports %s: a core package imports no third party", s.path, i)
			}
			if strings.HasPrefix(i, "deputy/internal/") && (i != "deputy/internal/proc" || strings.HasPrefix(s.pkg, "internal/")) {
				continue // it knows nothing of Deputy
			}
			if strings.HasPrefix(i, "deputy/") && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s: of ours it may see only %v", s.path, i, allowed)
			}
		}
	}
}

// bans name what must not be seen from where, and why.
var bans = []struct{ from, what, why string }{
	{"agent", "deputy/audio", "the desk knows no sound, so that it can be tested and trusted without any"},
	{"agent", "deputy/stt", "the desk is told transcripts; how they come about is not its business"},
	{"agent", "deputy/tts", "the desk gives lines to a voice that it doesn't know"},
	{"agent", "deputy/configs", "configuration feeds cmd only; wording is handed to the desk"},
	{"audio", "deputy/agent", "sound must not know what is done with it"},
	{"stt", "deputy/agent", "a transcriber must not know what its text is for"},
	{"tts", "deputy/agent", "a voice must not know what it says"},
	{"configs", "deputy/agent", "a setting is data; what it leads to is decided in cmd"},
	{"configs", "deputy/audio", "a setting is data; what it leads to is decided in cmd"},
	{"configs", "deputy/stt", "a setting is data; what it leads to is decided in cmd"},
	{"configs", "deputy/tts", "a setting is data; what it leads to is decided in cmd"},
	{"agent/consent", "os", "reading an answer is a function of its arguments"},
	{"agent/policy", "os", "policy is a function of its arguments"},
	{"agent/event", "os", "what has happened is a value"},
	{"agent/state", "os", "a fold is a function of its events"},
	{"agent/core", "os", "a step is a function of state and event: what it wants done are intents"},
	{"agent/ground", "os", "what an order speaks of is a function of it and the state"},
	{"agent/hearing", "os", "weighing an utterance is a function of it and the state"},
	{"agent/command", "os", "reading words is a function of them"},
	{"agent/history", "os", "shortening a conversation is a function of it"},
	{"agent/readback", "os", "what is said of an action is a function of its arguments"},
	{"cmd/internal/app", "deputy/cmd/internal/terminal", "a Deputy runs whoever looks at it"},
	{"cmd/internal/app", "deputy/cmd/internal/rehearsal", "a Deputy doesn't know that it is rehearsed with"},
	{"cmd/internal/listen", "deputy/cmd/internal/app", "listening is a part of a Deputy and is tested without one"},
	{"cmd/internal/listen", "deputy/agent/core", "what is heard is told; what follows is the desk's business"},
	{"cmd/internal/terminal", "deputy/cmd/internal/app", "a screen shows what it is given"},
	{"cmd/internal/control", "deputy/cmd/internal/app", "the socket serves a desk, however it came about"},
	{"agent/workspace", "deputy/agent/core", "files are kept the same whoever decides about them"},
	{"agent/sandbox", "deputy/agent/core", "a command is shut in the same whoever decides about it"},
	{"agent/sandbox", "deputy/agent/policy", "a command is shut in the same whatever it may do"},
	{"agent/shellrisk", "deputy/agent/policy", "what a command wants does not depend on what is asked about it"},
	{"agent/tools", "deputy/agent/core", "a tool plans and does; who decides is not its business"},
	{"agent/tools", "deputy/agent/event", "a tool plans and does; what is written down of it is not its business"},
}

func TestBans(t *testing.T) {
	all := sources(t)
	for _, b := range bans {
		seen := false
		for _, s := range all {
			if s.pkg != b.from && !strings.HasPrefix(s.pkg, b.from+"/") {
				continue
			}
			seen = true
			for _, i := range s.imports {
				if i == b.what || strings.HasPrefix(i, b.what+"/") {
					t.Errorf("%s imports %s, but %s", s.path, i, b.why)
				}
			}
		}
		if !seen {
			t.Errorf("there is no package %s any more: its ban is stale", b.from)
		}
	}
}

// ground is what tools stand on: files, commands shut in, what a command wants, schemas.
var ground = []string{"agent/workspace", "agent/sandbox", "agent/shellrisk", "agent/tool/schema"}

func onGround(pkg string) bool {
	return slices.ContainsFunc(ground, func(g string) bool { return pkg == g || strings.HasPrefix(pkg, g+"/") })
}

// TestLeavesStandAlone: a leaf sees its parent, its children, audio and its vendor, a
// tool also the ground; never another leaf, so that deleting one breaks nothing but
// its line in app.
func TestLeavesStandAlone(t *testing.T) {
	leaves := map[string]bool{}
	all := sources(t)
	for _, s := range all {
		if _, isCore := corePackages[s.pkg]; !isCore && strings.Contains(s.pkg, "/") && !strings.HasPrefix(s.pkg, "cmd/") && !strings.HasPrefix(s.pkg, "configs/") && !strings.HasPrefix(s.pkg, "scripts/") {
			leaves["deputy/"+s.pkg] = true
		}
	}
	for _, s := range all {
		if !leaves["deputy/"+s.pkg] || strings.HasSuffix(s.pkg, "test") {
			continue
		}
		for _, i := range s.imports {
			if strings.HasPrefix(i, "deputy/internal/") || strings.HasPrefix(i, "deputy/"+s.pkg+"/") ||
				(strings.HasPrefix(s.pkg, "agent/tools/") || onGround(s.pkg)) && onGround(strings.TrimPrefix(i, "deputy/")) {
				continue
			}
			if leaves[i] && i != "deputy/"+s.pkg && !strings.HasPrefix("deputy/"+s.pkg, i+"/") {
				t.Errorf("%s imports the leaf %s: a leaf sees no other leaf", s.path, i)
			}
		}
	}
}

// TestFilesAreOneThing: a file over 350 lines is two.
func TestFilesAreOneThing(t *testing.T) {
	for _, s := range sources(t) {
		data, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), "\n"); n > 350 {
			t.Errorf("%s has %d lines, want at most 350", s.path, n)
		}
	}
}

// TestOnePlaceStartsPrograms: whatever Deputy starts is told by internal/proc what
// it may know. That test kits and the lab do as they like harms nobody.
func TestOnePlaceStartsPrograms(t *testing.T) {
	starting := []string{"exec.Command", "exec.CommandContext", "os.StartProcess", "syscall.ForkExec", "syscall.StartProcess"}
	allowed := map[string]string{
		"agent/sandbox/inside_linux.go": "it runs within the sandbox, whose environment was made for it",
	}
	found := 0
	for _, s := range sources(t) {
		if s.pkg == "internal/proc" || strings.HasPrefix(s.pkg, "scripts") || strings.HasPrefix(s.pkg, "cmd/deputy-lab") || strings.Contains(s.pkg+"/", "test/") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", s.path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch name := x.Name + "." + sel.Sel.Name; {
			case name == "proc.Command":
				found++
			case slices.Contains(starting, name) && allowed[s.path] == "", name == "exec.Cmd" && s.pkg != "internal/proc" && literal(f, sel):
				t.Errorf("%s starts a program by %s: use internal/proc, which says what the program is told", s.path, name)
			}
			return true
		})
	}
	if found < 8 {
		t.Errorf("got only %d places where a program is started, want 8", found)
	}
}

// literal says whether a type is made by a composite literal.
func literal(f *ast.File, of ast.Expr) (yes bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		c, ok := n.(*ast.CompositeLit)
		yes = yes || ok && c.Type == of
		return true
	})
	return yes
}

// large are the folders that are still to be divided. None may be added.
var large = []string{"agent/consent", "agent/core", "agent/journal/sqlite", "agent/model/openai", "tts"}

// TestFoldersDoOneJob: a folder over 2,000 lines or 25 files, without tests, is two.
func TestFoldersDoOneJob(t *testing.T) {
	lines, files := map[string]int{}, map[string]int{}
	for _, s := range sources(t) {
		data, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		lines[s.pkg] += strings.Count(string(data), "\n")
		files[s.pkg]++
	}
	for pkg, n := range lines {
		known := slices.Contains(large, pkg)
		if over := n > 2000 || files[pkg] > 25; over && !known {
			t.Errorf("%s has %d lines in %d files, want at most 2000 in 25", pkg, n, files[pkg])
		} else if known && !over {
			t.Errorf("%s is not large any more: take it from the list", pkg)
		}
	}
}

// TestDeputyLinksNoTests: what is built for tests and measurements has no place in the program.
func TestDeputyLinksNoTests(t *testing.T) {
	for _, tags := range []string{"", "portaudio whisper"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "deputy/cmd/deputy").Output()
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Fields(string(out))
		if !slices.Contains(all, "deputy/cmd/internal/app") {
			t.Fatalf("got %d packages without the program's own", len(all))
		}
		for _, p := range all {
			if strings.HasPrefix(p, "deputy/") && (strings.Contains(p+"/", "test/") || strings.Contains(p, "deputy-lab")) {
				t.Errorf("deputy links %s", p)
			}
		}
	}
}

// TestDecisionsReadNoClock: the packages that decide are functions of their arguments, so
// that a fold of the journal decides the same again.
func TestDecisionsReadNoClock(t *testing.T) {
	pure := []string{"event", "consent", "policy", "command", "readback", "history", "tool", "state", "hearing", "ground", "core"}
	impure := regexp.MustCompile(`\btime\.(Now|Since|Until|After|AfterFunc|Sleep|Tick|NewTimer|NewTicker)\(|(?m)^\s*go (func\b|\w+[.(])|\brand\.`)
	seen := 0
	for _, s := range sources(t) {
		name, ok := strings.CutPrefix(s.pkg, "agent/")
		if !ok || !slices.Contains(pure, name) {
			continue
		}
		seen++
		data, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if bad := impure.Find(data); bad != nil {
			t.Errorf("%s has %q: it decides, so times and chance must come in events", s.path, bad)
		}
	}
	if seen < 50 {
		t.Errorf("found only %d files of %v", seen, pure)
	}
}
