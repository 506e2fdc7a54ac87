package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/rehearsal"
)

// TestOldTextIsErased: what was said longer ago than journal.keep is gone once
// Deputy has run, the journal is whole, and verify says what was erased.
func TestOldTextIsErased(t *testing.T) {
	cfg := cmdtest.Config(t)
	if cfg.Journal.Keep != 90*24*time.Hour {
		t.Errorf("got %v, want 90 days as the default", cfg.Journal.Keep)
	}
	if err := os.MkdirAll(cfg.Agent.State, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := sqlite.Open(t.Context(), cfg.Journal.Path, app.JournalOptions(cfg, nil))
	if err != nil {
		t.Fatal(err)
	}
	old, young := time.Now().Add(-100*24*time.Hour), time.Now().Add(-80*24*time.Hour)
	for _, said := range []struct {
		at   time.Time
		text string
	}{{old, "the old plan"}, {young, "the young plan"}} {
		body, err := json.Marshal(map[string]any{"v": 1, "text": said.text, "language": "en", "typed": true, "began": said.at, "ended": said.at})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Append(t.Context(), journal.Event{Time: said.at, Kind: "heard", Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := app.Build(t.Context(), cfg, app.Overrides{Model: &rehearsal.ScriptedModel{}, Deaf: true, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	stop := a.Start(t.Context())
	first := func() (body string) {
		for e, err := range a.Journal.Events(1) {
			if err != nil {
				t.Error(err)
			}
			return string(e.Body)
		}
		return ""
	}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(first(), "(erased)"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was erased within 20 s")
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	file, err := os.ReadFile(cfg.Journal.Path)
	if err != nil || bytes.Contains(file, []byte("the old plan")) || !bytes.Contains(file, []byte("the young plan")) {
		t.Errorf("%v: the old text is there: %v, the young one: %v; want only the young one", err, bytes.Contains(file, []byte("the old plan")), bytes.Contains(file, []byte("the young plan")))
	}
	var out bytes.Buffer
	args := []string{"log", "verify"}
	c := rootCommand(args)
	c.SetOut(&out)
	c.SetArgs(args)
	if err := c.Execute(); err != nil || !strings.Contains(out.String(), "The journal is whole") || !strings.Contains(out.String(), "more than 90 days old") {
		t.Errorf("got %q, %v, want a whole journal, and what was erased", out.String(), err)
	}
}
