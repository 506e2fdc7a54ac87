package files_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/unicode/norm"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/toolstest"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

func TestUndoRoundTrips(t *testing.T) {
	tests := []struct {
		name, tool, file, before, after string
		args                            any
	}{
		{"create", "write_file", "a/b/c.md", "-", "new", files.WriteArgs{Path: "a/b/c.md", Text: "new"}},
		{"replace", "write_file", "plan.md", "old", "new", files.WriteArgs{Path: "plan.md", Text: "new"}},
		{"empty", "write_file", "plan.md", "old", "", files.WriteArgs{Path: "plan.md", Text: ""}},
		{"same", "write_file", "plan.md", "old", "old", files.WriteArgs{Path: "plan.md", Text: "old"}},
		{"edit", "edit_file", "plan.md", "one two three", "one 2 three", files.EditArgs{Path: "plan.md", Old: "two", New: "2"}},
		{"edit crlf", "edit_file", "plan.md", "one\r\ntwo\r\n", "1\r\n2\r\n", files.EditArgs{Path: "plan.md", Old: "one\ntwo", New: "1\n2"}},
		{"delete", "delete_file", "x/plan.md", "old", "-", files.PathArgs{Path: "x/plan.md"}},
		{"korean", "write_file", "회의/메모.md", "-", "안녕하세요", files.WriteArgs{Path: "회의/메모.md", Text: "안녕하세요"}},
		{"note", "take_note", "notes/2026-11-23.md", "-", "# 2026-11-23\n\n- 14:05 buy milk\n", notes.NoteArgs{Text: "buy milk"}},
		{"second note", "take_note", "notes/2026-11-23.md", "# x", "# x\n- 14:05 우유 사기\n  그리고 빵\n", notes.NoteArgs{Text: "우유 사기\n그리고  빵"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := toolstest.NewSpace(t)
			if tt.before != "-" {
				s.File(tt.file, tt.before)
			}
			a := tooltest.Planned(t, s.Tools[tt.tool], tt.args)
			if a.Level != policy.Draft {
				t.Errorf("got level %d, want Draft", a.Level)
			}
			if got := s.Text(tt.file); got != tt.before {
				t.Fatalf("Plan changed the file: got %q, want %q", got, tt.before)
			}
			r := s.Do(tt.tool, "k", tt.args)
			if got := s.Text(tt.file); got != tt.after {
				t.Errorf("after Do: got %q, want %q", got, tt.after)
			}
			if want := filepath.Join(s.Dir(), tt.file); tt.after != "-" && r.Produced != want {
				t.Errorf("Produced: got %q, want %q", r.Produced, want)
			}
			done, again, err := s.Tools[tt.tool].(tool.Checker).Check(t.Context(), "k", a.Args)
			if err != nil || !done {
				t.Errorf("Check: got %v, %v, want true", done, err)
			}
			if err := s.Undo(tt.tool, again); err != nil {
				t.Fatalf("undo: %v", err)
			}
			if got := s.Text(tt.file); got != tt.before {
				t.Errorf("after undo: got %q, want %q", got, tt.before)
			}
			if tt.before == "-" {
				if _, err := os.Stat(filepath.Dir(filepath.Join(s.Dir(), tt.file))); err == nil {
					t.Errorf("the folder that was made for the file is still there")
				}
			}
			if err := s.Undo(tt.tool, r); err != nil {
				t.Errorf("undo again: %v", err)
			}
		})
	}
}

func TestUndoRefusesWhatWasChanged(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("a.txt", "old")
	r := s.Do("write_file", "k", files.WriteArgs{Path: "a.txt", Text: "new"})
	s.File("a.txt", "the owner's own words")
	if err := s.Undo("write_file", r); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Errorf("got %v, want that it was changed since", err)
	}
	if got := s.Text("a.txt"); got != "the owner's own words" {
		t.Errorf("got %q: the owner's change is lost", got)
	}
	s.File("b.txt", "old")
	r = s.Do("delete_file", "k2", files.PathArgs{Path: "b.txt"})
	s.File("b.txt", "another")
	if err := s.Undo("delete_file", r); err == nil || s.Text("b.txt") != "another" {
		t.Errorf("undo of a deletion replaced a new file: %v", err)
	}
	if _, err := s.Tools["write_file"].(tool.Undoer).Undo(t.Context(), json.RawMessage(`{"path":"../x","before":"","after":""}`)); err == nil {
		t.Error("undo outside the workspace: got no error")
	}
}

func TestUndoOfAnEarlierNote(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("notes/2026-11-23.md", "# today\n")
	first := s.Do("take_note", "k1", notes.NoteArgs{Text: "one"})
	s.Do("take_note", "k2", notes.NoteArgs{Text: "two"})
	if err := s.Undo("take_note", first); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Text("notes/2026-11-23.md"), "# today\n- 14:05 two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnceAfterACrash(t *testing.T) {
	s := toolstest.NewSpace(t)
	note := tooltest.Planned(t, s.Tools["take_note"], notes.NoteArgs{Text: "once"})
	check := s.Tools["take_note"].(tool.Checker)
	if done, _, err := check.Check(t.Context(), "k", note.Args); done || err != nil {
		t.Errorf("Check before: got %v, %v, want false", done, err)
	}
	for range 3 {
		if _, err := note.Do(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(s.Text("notes/2026-11-23.md"), "once"); got != 1 {
		t.Errorf("got the note %d times, want once", got)
	}
	s.File("notes/2026-11-23.md", "changed by hand")
	if _, _, err := check.Check(t.Context(), "k", note.Args); !errors.Is(err, tool.ErrUnknown) {
		t.Errorf("Check after a change by hand: got %v, want ErrUnknown", err)
	}
	if _, err := note.Do(t.Context(), "k"); !errors.Is(err, tool.ErrUnknown) {
		t.Errorf("Do after a change by hand: got %v, want ErrUnknown", err)
	}
}

func TestTooLargeToKeep(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("big.bin", "")
	if err := os.Truncate(filepath.Join(s.Dir(), "big.bin"), workspace.MaxKept+1); err != nil {
		t.Fatal(err)
	}
	for tool, v := range map[string]any{"delete_file": files.PathArgs{Path: "big.bin"}, "write_file": files.WriteArgs{Path: "big.bin", Text: "x"}} {
		a := tooltest.Planned(t, s.Tools[tool], v)
		if a.Level != policy.Commit || a.Values["warning"] != "no-undo" || a.Facts["undo"] != "none" {
			t.Errorf("%s: got level %d, warning %q, want Commit, no-undo", tool, a.Level, a.Values["warning"])
		}
	}
	s.File("grows.txt", "small")
	a := tooltest.Planned(t, s.Tools["delete_file"], files.PathArgs{Path: "grows.txt"})
	if err := os.Truncate(filepath.Join(s.Dir(), "grows.txt"), workspace.MaxKept+1); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Do(t.Context(), "k"); err == nil {
		t.Error("a file that outgrew undo between Plan and Do was deleted as a Draft")
	}
	r := s.Do("delete_file", "k2", files.PathArgs{Path: "big.bin"})
	if r.Undo != nil || s.Text("big.bin") != "-" {
		t.Errorf("got undo %s, file there: %v", r.Undo, s.Text("big.bin") != "-")
	}
}

func TestReadFile(t *testing.T) {
	s := toolstest.NewSpace(t)
	euc, err := korean.EUCKR.NewEncoder().Bytes([]byte("안녕하세요, 회의록입니다.\n"))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("스물 네 글자쯤 되는 한국어 한 줄입니다 끝\n", 700)
	for name, text := range map[string]string{
		"plain.txt": "hello\n", "empty.txt": "", "euc.txt": string(euc), "utf16.txt": "\xff\xfeh\x00i\x00", "bom.txt": "\xef\xbb\xbfhi",
		"image.png": "\x89PNG\r\n\x1a\n\x00\x00", "noise.bin": "\x00\x01\x02\xff", "long.txt": long, "odd#page=2": "its own name",
		norm.NFD.String("한글 이름.txt"): "찾았다",
	} {
		s.File(name, text)
	}
	tests := []struct{ path, want, fails string }{
		{"plain.txt", "hello\n", ""},
		{"./plain.txt", "hello\n", ""},
		{s.Dir() + "/plain.txt", "hello\n", ""},
		{"/workspace/plain.txt", "hello\n", ""},
		{"empty.txt", "empty", ""},
		{"euc.txt", "회의록입니다", ""},
		{"utf16.txt", "hi", ""},
		{"bom.txt", "hi", ""},
		{"odd#page=2", "its own name", ""},
		{norm.NFC.String("한글 이름.txt"), "찾았다", ""},
		{norm.NFD.String("한글 이름.txt"), "찾았다", ""},
		{"long.txt", `[page 1 of`, ""},
		{"long.txt#page=2", `"long.txt#page=3"`, ""},
		{"image.png", "", "image/png"},
		{"noise.bin", "", "no text file"},
		{"missing.txt", "", "list_files"},
		{"long.txt#page=999", "", "pages"},
		{".", "", "folder"},
	}
	for _, tt := range tests {
		a, err := s.Tools["read_file"].Plan(t.Context(), tooltest.Args(t, files.PathArgs{Path: tt.path}))
		var r tool.Result
		if err == nil {
			if a.Level != policy.Look {
				t.Errorf("%s: got level %d, want Look", tt.path, a.Level)
			}
			r, err = a.Do(t.Context(), "k")
		}
		switch {
		case tt.fails == "" && (err != nil || !strings.Contains(r.Text, tt.want)):
			t.Errorf("%s: got %q, %v, want %q", tt.path, textnorm.Brief(r.Text, 80), err, tt.want)
		case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)):
			t.Errorf("%s: got %v, want %q", tt.path, err, tt.fails)
		case len(r.Text) > tool.MaxText+300:
			t.Errorf("%s: got %d bytes of text, want at most %d", tt.path, len(r.Text), tool.MaxText)
		}
	}
	var whole strings.Builder
	for _, page := range textnorm.CutPages(long, tool.MaxText) {
		whole.WriteString(page)
	}
	if whole.String() != long {
		t.Error("the pages don't make up the file")
	}
}

func TestListAndSearch(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("report.md", "Revenue grew\nCosts fell\n")
	s.File("docs/budget.txt", "rent: 900\nFOOD: 300\n")
	s.File("회의록.txt", "예산은 다음 주에 정한다\n")
	s.File(".git/config", "rent")
	if err := os.Symlink("/etc", filepath.Join(s.Dir(), "link")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		".": "docs/\nlink (link)\nreport.md (24 bytes)\n회의록.txt", "": "docs/", "/": "docs/", "workspace": "docs/",
		"docs": "budget.txt (20 bytes)", "report.md": "is a file of 24 bytes",
	} {
		if got := s.Do("list_files", "k", files.PathArgs{Path: path}).Text; !strings.Contains(got, want) {
			t.Errorf("list %q: got %q, want %q in it", path, got, want)
		}
	}
	for query, want := range map[string]string{
		"rent": "docs/budget.txt:1: rent: 900", "food": "docs/budget.txt:2: FOOD: 300", "budget": "docs/budget.txt", "예산": "회의록.txt:1:",
		norm.NFD.String("예산"): "회의록.txt:1:", "costs revenue": "report.md:", "회의록": "회의록.txt", "unicorn": "nothing",
	} {
		got := s.Do("search_files", "k", files.QueryArgs{Query: query}).Text
		if !strings.Contains(got, want) || strings.Contains(got, ".git") {
			t.Errorf("search %q: got %q, want %q in it", query, got, want)
		}
	}
}

func TestEditRefuses(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("a.txt", "one one two")
	s.File("b.bin", "one\x00")
	for _, v := range []files.EditArgs{{Path: "a.txt", Old: "one", New: "1"}, {Path: "a.txt", Old: "three", New: "3"}, {Path: "a.txt", Old: "", New: "3"}, {Path: "a.txt", Old: "two", New: "two"}, {Path: "b.bin", Old: "one", New: "1"}, {Path: "c.txt", Old: "one", New: "1"}} {
		if a, err := s.Tools["edit_file"].Plan(t.Context(), tooltest.Args(t, v)); err == nil {
			t.Errorf("%+v: got %s, want an error", v, a.Args)
		}
	}
	a := tooltest.Planned(t, s.Tools["edit_file"], files.EditArgs{Path: "a.txt", Old: "two", New: "2"})
	s.File("a.txt", "two two")
	if _, err := a.Do(t.Context(), "k"); err == nil || s.Text("a.txt") != "two two" {
		t.Errorf("changed between Plan and Do: got %v, file %q", err, s.Text("a.txt"))
	}
}

func TestModesAndKinds(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("run.sh", "echo")
	p := filepath.Join(s.Dir(), "run.sh")
	if err := os.Chmod(p, 0o750); err != nil {
		t.Fatal(err)
	}
	r := s.Do("write_file", "k", files.WriteArgs{Path: "run.sh", Text: "echo 2"})
	if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("got mode %v, %v, want 0750", info.Mode(), err)
	}
	if err := s.Undo("write_file", r); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(s.Dir(), "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	for tool, v := range map[string]any{"read_file": files.PathArgs{Path: "pipe"}, "delete_file": files.PathArgs{Path: "pipe"}, "write_file": files.WriteArgs{Path: "pipe", Text: "x"}} {
		if _, err := s.Tools[tool].Plan(t.Context(), tooltest.Args(t, v)); err == nil {
			t.Errorf("%s of a pipe: got no error", tool)
		}
	}
	if got := s.Do("search_files", "k", files.QueryArgs{Query: "echo"}).Text; !strings.Contains(got, "run.sh:1") {
		t.Errorf("search beside a pipe: got %q", got)
	}
}

func TestNewWorkspaceRefusesNesting(t *testing.T) {
	base := t.TempDir()
	for _, p := range [][2]string{{base, base}, {base, filepath.Join(base, "undo")}, {filepath.Join(base, "undo", "work"), filepath.Join(base, "undo")}} {
		if w, err := workspace.New(p[0], p[1]); err == nil {
			w.Close()
			t.Errorf("NewWorkspace(%q): got no error", p)
		}
	}
}
