package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
)

// golden makes a journal of the newest schema from agent's, if there is none.
var golden = flag.Bool("golden", false, "write what is missing in testdata")

// goldenLines are the events of a schema.
func goldenLines(t *testing.T, schema string) (lines []journal.Event) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../agent/testdata/journals", schema+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var e journal.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e)
	}
	return lines
}

// TestGoldenFiles starts Deputy on the files of a journal of every schema, with
// their head and their seal, as the version that wrote them left them.
func TestGoldenFiles(t *testing.T) {
	schemas, err := filepath.Glob("../../agent/testdata/journals/*.jsonl")
	if err != nil || len(schemas) == 0 {
		t.Fatalf("got %v, %v", schemas, err)
	}
	for _, path := range schemas {
		schema := strings.TrimSuffix(filepath.Base(path), ".jsonl")
		t.Run(schema, func(t *testing.T) {
			from := filepath.Join("testdata/journals", schema)
			if _, err := os.Stat(from); *golden && err != nil {
				writeGolden(t, filepath.Join(from, "journal.db"), goldenLines(t, schema))
			}
			m, _ := newMachine(t)
			to := filepath.Join(m.dir, "old")
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			m.env = append(m.env, "DEPUTY_JOURNAL_PATH="+filepath.Join(to, "journal.db"))
			if out, err := m.deputy("log", "verify"); err != nil {
				t.Fatalf("verify: %v, %s", err, out)
			}
			cmd := m.command("deputy", "run", "--typed")
			m.up(cmd)
			if out, err := m.deputy("tasks", "--all"); err != nil || !strings.Contains(out, "t1 ") {
				t.Errorf("got %v, %s, want the tasks of then", err, out)
			}
			m.down(cmd)
			if out, err := m.deputy("log", "verify"); err != nil {
				t.Errorf("verify, after a start: %v, %s", err, out)
			}
		})
	}
}

func writeGolden(t *testing.T, path string, lines []journal.Event) {
	t.Helper()
	j, err := sqlite.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(t.Context(), lines...); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
}

// TestNewerJournalIsRefused: in one sentence, and nothing is changed.
func TestNewerJournalIsRefused(t *testing.T) {
	m, _ := newMachine(t)
	path := filepath.Join(m.dir, "journal.db")
	writeGolden(t, path, []journal.Event{{Time: time.Now(), Kind: "told", Body: []byte(`{"v":1000000,"text":"x"}`)}})
	m.env = append(m.env, "DEPUTY_JOURNAL_PATH="+path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en_US.UTF-8", "ko_KR.UTF-8"} {
		cmd := m.command("deputy", "run", "--typed")
		cmd.Env = append(cmd.Env, "LC_ALL="+lang)
		out, err := cmd.CombinedOutput()
		text := strings.TrimSpace(string(out))
		want := "written by a newer Deputy"
		if strings.HasPrefix(lang, "ko") {
			want = "새 버전이 쓴 기록"
		}
		if last := text[strings.LastIndex(text, "\n")+1:]; err == nil || !strings.HasPrefix(last, "deputy: ") || !strings.Contains(last, want) {
			t.Errorf("%s: got %v, %q; want one sentence saying %q", lang, err, text, want)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the journal was changed (%v)", err)
	}
}
