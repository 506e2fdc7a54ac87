package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

type counts struct{ Passed, Failed, Skipped int }

// test is what is known of one test so far.
type test struct {
	name   string
	result string // "" while it runs, then pass, fail or skip
	parent bool
	output []string
}

// pkg is one package's tests by name, and what it wrote outside any test.
type pkg struct {
	tests  map[string]*test
	output []string
}

// run gathers the events of one `go test -json`.
type run struct {
	out     io.Writer
	excuses []string // nil: a skip is a skip
	pkgs    map[string]*pkg
	builds  map[string][]string // import path -> what the compiler wrote
	skips   []string
	counts  counts
}

func newRun(out io.Writer, excuses []string) *run {
	return &run{out: out, excuses: excuses, pkgs: map[string]*pkg{}, builds: map[string][]string{}}
}

func (r *run) add(e event) {
	switch e.Action {
	case "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
		return
	case "build-fail":
		return
	}
	p := r.pkgs[e.Package]
	if p == nil {
		p = &pkg{tests: map[string]*test{}}
		r.pkgs[e.Package] = p
	}
	if e.Test == "" {
		r.addPackage(p, e)
		return
	}
	t := p.tests[e.Test]
	if t == nil {
		t = &test{name: e.Test}
		p.tests[e.Test] = t
		if i := strings.LastIndexByte(e.Test, '/'); i >= 0 {
			if above := p.tests[e.Test[:i]]; above != nil {
				above.parent = true
			}
		}
	}
	switch e.Action {
	case "output":
		t.output = append(t.output, e.Output)
	case "pass", "fail", "skip":
		t.result = e.Action
	}
}

// addPackage takes an event of the package itself; the last one of them closes the package.
func (r *run) addPackage(p *pkg, e event) {
	switch e.Action {
	case "output":
		p.output = append(p.output, e.Output)
	case "pass", "fail", "skip":
		r.closePackage(p, e)
		delete(r.pkgs, e.Package)
	}
}

func (r *run) closePackage(p *pkg, e event) {
	var c counts
	var failed []string
	for _, name := range slices.Sorted(maps.Keys(p.tests)) {
		t := p.tests[name]
		result := r.judge(t, e)
		if t.parent && (result != "fail" || p.failsBelow(name)) {
			if result == "fail" {
				failed = append(failed, name)
			}
			continue
		}
		switch result {
		case "pass":
			c.Passed++
		case "skip":
			c.Skipped++
			r.skips = append(r.skips, fmt.Sprintf("%s %s: %s", e.Package, name, t.reason()))
		default:
			c.Failed++
			failed = append(failed, name)
		}
	}
	if e.Action == "fail" && c.Failed == 0 {
		c.Failed++
	}
	r.counts = counts{r.counts.Passed + c.Passed, r.counts.Failed + c.Failed, r.counts.Skipped + c.Skipped}
	r.show(p, e, c, failed)
}

// judge gives a test's result: one that never ended failed, and so did an unexcused skip where skips are not allowed.
func (r *run) judge(t *test, e event) string {
	if t.result == "" {
		return e.Action
	}
	if t.result != "skip" || r.excuses == nil || t.parent {
		return t.result
	}
	if strings.HasPrefix(t.name, "Fuzz") && strings.Contains(t.name, "/") {
		return "skip" // a fuzz target refuses an input by skipping it
	}
	for _, word := range r.excuses {
		if strings.Contains(t.reason(), word) {
			return "skip"
		}
	}
	t.output = append(t.output, "        it was skipped, and here every test must run\n")
	return "fail"
}

// failsBelow reports whether a subtest of the named test failed.
func (p *pkg) failsBelow(name string) bool {
	for below, t := range p.tests {
		if strings.HasPrefix(below, name+"/") && (t.result == "fail" || t.result == "") {
			return true
		}
	}
	return false
}

// reason is what the test said when it was skipped, on one line.
func (t *test) reason() string {
	var said []string
	for _, line := range t.output {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		said = append(said, line)
	}
	return strings.Join(said, " ")
}

// show prints the package's line and, where it failed, all that the failing tests, the package and the compiler wrote.
func (r *run) show(p *pkg, e event, c counts, failed []string) {
	if c == (counts{}) && e.Action != "fail" {
		return
	}
	word := "ok  "
	if c.Failed > 0 {
		word = "FAIL"
		for _, line := range r.builds[e.FailedBuild] {
			fmt.Fprint(r.out, line)
		}
		for _, name := range failed {
			for _, line := range p.tests[name].output {
				fmt.Fprint(r.out, line)
			}
		}
		for _, line := range p.output {
			fmt.Fprint(r.out, line)
		}
	}
	fmt.Fprintf(r.out, "%s %s %.1fs (%d passed, %d failed, %d skipped)\n", word, e.Package, e.Elapsed, c.Passed, c.Failed, c.Skipped)
}

// close ends the run: a package that never ended failed.
func (r *run) close() counts {
	for _, name := range slices.Sorted(maps.Keys(r.pkgs)) {
		r.closePackage(r.pkgs[name], event{Action: "fail", Package: name})
	}
	for _, line := range r.skips {
		fmt.Fprintln(r.out, "skip", line)
	}
	return r.counts
}
