package tools_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v3"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/agent/sandbox"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools"
	"deputy/agent/tools/files"
	"deputy/agent/tools/mail"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/shell"
	"deputy/agent/tools/web"
	"deputy/agent/workspace"
	"deputy/configs/phrases"
)

// everyTool is each tool that Deputy comes with, on a workspace with a text file.
func everyTool(t *testing.T) map[string]tool.Tool {
	t.Helper()
	dir := t.TempDir()
	w, err := workspace.New(filepath.Join(dir, "w"), filepath.Join(dir, "undo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := os.WriteFile(filepath.Join(w.Dir(), "a.txt"), []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mails, err := mail.Tools(mail.Options{Host: "mail.acme.example", From: "owner@acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]tool.Tool{}
	for _, one := range slices.Concat(files.Tools(w), notes.Tools(w, notes.Options{Clock: time.Now}), web.Tools(web.Options{}), shell.Tools(w, sandbox.Options{}), mails) {
		all[one.Spec().Name] = one
	}
	return all
}

// TestEveryToolIsWhole: what policy, phrases and a model have to know of a tool is in
// its folder and fits it.
func TestEveryToolIsWhole(t *testing.T) {
	table, err := file.Table(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	words, err := phrases.Embedded().With(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]map[string]any{}
	for _, raw := range tools.About {
		var about struct {
			Examples map[string]map[string]any `yaml:"examples"`
		}
		if err := yaml.Unmarshal(raw, &about); err != nil {
			t.Fatal(err)
		}
		for name, example := range about.Examples {
			examples[name] = example
		}
	}
	all := everyTool(t)
	for name := range table.Tools {
		if all[name] == nil || examples[name] == nil {
			t.Errorf("%s: it has a level; it must be made in everyTool, here, and have an example", name)
		}
	}
	for name, one := range all {
		row, ok := table.Tools[name]
		if !ok || row.Why.En == "" || row.Why.Ko == "" {
			t.Errorf("%s: its tools.yaml has no level with a reason in each language", name)
		}
		var schema jsonschema.Schema
		if err := json.Unmarshal(one.Spec().Params, &schema); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		resolved, err := schema.Resolve(nil)
		if err != nil {
			t.Fatalf("%s: the schema can't be used: %v", name, err)
		}
		for arg := range schema.Properties {
			if _, ok := row.Args[arg]; !ok {
				t.Errorf("%s: its level says nothing of the argument %s", name, arg)
			}
		}
		if err := resolved.Validate(examples[name]); err != nil {
			t.Errorf("%s: the example does not fit the schema: %v", name, err)
		}
		if name == "run_command" {
			if _, err := sandbox.Probe(t.Context(), sandbox.Options{}); err != nil {
				continue // it can't be planned here
			}
		}
		a := tooltest.Planned(t, one, examples[name])
		if a.Tool != name || a.Level == policy.Unset {
			t.Errorf("%s: got an action of %q at %v", name, a.Tool, a.Level)
		}
		for _, key := range []string{"ask." + a.Phrase, "done." + a.Phrase} {
			if !slices.Contains(words.Keys(), key) {
				t.Errorf("%s: there is no phrase %s", name, key)
			}
		}
		for fact, value := range a.Facts {
			if values, ok := row.Facts[fact]; ok && !slices.Contains(values, value) {
				t.Errorf("%s: it states %s %s, want one of %v", name, fact, value, values)
			}
		}
	}
}
