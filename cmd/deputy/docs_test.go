package main

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"deputy/agent/event"
)

// found are the first groups of a pattern in the files of the module that end so.
func found(t *testing.T, ending, pattern string) map[string]string {
	t.Helper()
	all := map[string]string{}
	re := regexp.MustCompile(pattern)
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range re.FindAllStringSubmatch(string(data), -1) {
			all[m[1]] = m[len(m)-1]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// quoted are the words between back quotes of a page that look like paths.
func quoted(page string) (paths []string) {
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], "/") && !strings.Contains(m[1], " ") && !strings.HasPrefix(m[1], ".") {
			paths = append(paths, m[1])
		}
	}
	return paths
}

// TestDocsNameWhatExists: every test and every path that these pages name exists.
func TestDocsNameWhatExists(t *testing.T) {
	tests := found(t, "_test.go", `(?m)^func (Test\w+)\(`)
	for _, name := range []string{"threats.md", "architecture.md"} {
		data, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		page := string(data)
		named := regexp.MustCompile(`\bTest[A-Z]\w*`).FindAllString(page, -1)
		if len(named) < 10 || len(quoted(page)) < 10 {
			t.Errorf("%s names %d tests and %d paths, want more", name, len(named), len(quoted(page)))
		}
		for _, test := range named {
			if _, ok := tests[test]; !ok && test != "TestDocs" {
				t.Errorf("%s names %s, which there is not", name, test)
			}
		}
		for _, path := range quoted(page) {
			if _, err := os.Stat("../../" + path); err != nil {
				t.Errorf("%s names %s: %v", name, path, err)
			}
		}
	}
}

// TestDocsLeaveNothingOut: the architecture names every package and every event.
func TestDocsLeaveNothingOut(t *testing.T) {
	data, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	paths := quoted(page)
	for _, s := range sources(t) {
		if !slices.Contains(paths, s.pkg) && !strings.Contains(page, "`"+s.pkg+"`") {
			t.Errorf("it does not say what %s is for", s.pkg)
		}
	}
}

var write = flag.Bool("write", false, "write the table of events into docs/architecture.md")

// TestDocsShowTheEvents: the catalogue lists every event there is, and the
// architecture shows it.
func TestDocsShowTheEvents(t *testing.T) {
	var table strings.Builder
	table.WriteString("| name | type | who tells it | what the fold makes of it | since schema |\n|---|---|---|---|---|\n")
	listed := map[string]string{}
	for _, e := range event.Catalogue {
		name := reflect.TypeOf(e.Body).Name()
		listed[name] = e.Body.Kind()
		if (e.Since == 0) != (e.Body.Kind() == "") {
			t.Errorf("%s is %q and written since schema %d", name, e.Body.Kind(), e.Since)
		}
		since := "-"
		if e.Since > 0 {
			since = strconv.Itoa(e.Since)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", cmp.Or(e.Body.Kind(), "-"), name, e.From, e.Fold, since)
	}
	if there := found(t, ".go", `(?m)^func \(([A-Z]\w*)\) Kind\(\) string +\{ return "([a-z._]*)" \}`); len(there) < 40 || !maps.Equal(there, listed) {
		t.Errorf("the catalogue lists %v, want %v", listed, there)
	}
	const path = "../../docs/architecture.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`(?m)^\| name \| type \|.*\n(?:\|.*\n)*`).Find(data)
	if *write {
		data = []byte(strings.Replace(string(data), string(old), table.String(), 1))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(old) != table.String() {
		t.Error("the table of events is not the catalogue; go test ./cmd/deputy -run TestDocsShowTheEvents -write")
	}
}
