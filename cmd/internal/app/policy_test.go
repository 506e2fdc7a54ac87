package app

import (
	"os"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/agent/tools"
	"deputy/cmd/internal/cmdtest"
	"deputy/configs"
	"deputy/configs/phrases"
)

// TestEveryToolHasItsRow: a tool without one would be asked for with a code word,
// however harmless.
func TestEveryToolHasItsRow(t *testing.T) {
	cfg := cmdtest.Config(t)
	a, err := Build(t.Context(), cfg, Overrides{Model: errModel{}, Deaf: true, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	all, err := a.tools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := file.Table(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range all {
		spec := tool.Spec()
		row, ok := table.Tools[spec.Name]
		if !ok {
			t.Errorf("agent/policy/file/table.yaml has no row for %s", spec.Name)
		}
		for name := range policy.Flatten(spec.Params) {
			if arg, ok := strings.CutPrefix(name, "properties."); ok {
				arg, _, _ = strings.Cut(arg, ".")
				if _, ok := row.Args[arg]; !ok {
					t.Errorf("the row of %s lacks the argument %s", spec.Name, arg)
				}
			}
		}
	}
}

// TestEveryKindIsSpoken: an ask names what of an action strangers wrote.
func TestEveryKindIsSpoken(t *testing.T) {
	for _, k := range policy.Kinds {
		for _, lang := range phrases.Languages {
			if got := phrases.Embedded().Phrase(lang, "arg."+string(k), nil); strings.HasPrefix(got, "[") {
				t.Errorf("%s: there is no phrase for the kind %s", lang, k)
			}
		}
	}
	got := phrases.Embedded().Phrase("en", "ask.taint", map[string]string{"what": "the address", "source": "a page of acme.example"})
	if want := "Careful: the address comes from a page of acme.example, not from you."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDocumentedPolicyWorks: the policy that docs/policy.md shows can be used.
func TestDocumentedPolicyWorks(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), "```yaml\n")
	example, _, end := strings.Cut(rest, "```")
	if !ok || !end {
		t.Fatal("docs/policy.md shows no policy")
	}
	table, err := file.Table(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := file.Read("docs/policy.md", []byte(example), table)
	if err != nil || len(p.Rules) < 5 {
		t.Errorf("got %d rules and %v, want the documented ones", len(p.Rules), err)
	}
}

func TestReadPolicyWithoutAFile(t *testing.T) {
	p, err := ReadPolicy(configs.Config{})
	if err != nil || len(p.Rules) != 0 || len(p.Table.Tools) == 0 {
		t.Errorf("got %d rules, %d tools, %v, want the table alone", len(p.Rules), len(p.Table.Tools), err)
	}
}
