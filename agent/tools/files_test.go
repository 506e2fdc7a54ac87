package tools

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
)

func TestUndoRoundTrips(t *testing.T) {
	tests := []struct {
		name, tool, file, before, after string
		args                            any
	}{
		{"create", "write_file", "a/b/c.md", "-", "new", writeArgs{"a/b/c.md", "new"}},
		{"replace", "write_file", "plan.md", "old", "new", writeArgs{"plan.md", "new"}},
		{"empty", "write_file", "plan.md", "old", "", writeArgs{"plan.md", ""}},
		{"same", "write_file", "plan.md", "old", "old", writeArgs{"plan.md", "old"}},
		{"edit", "edit_file", "plan.md", "one two three", "one 2 three", editArgs{"plan.md", "two", "2"}},
		{"edit crlf", "edit_file", "plan.md", "one\r\ntwo\r\n", "1\r\n2\r\n", editArgs{"plan.md", "one\ntwo", "1\n2"}},
		{"delete", "delete_file", "x/plan.md", "old", "-", pathArgs{"x/plan.md"}},
		{"korean", "write_file", "회의/메모.md", "-", "안녕하세요", writeArgs{"회의/메모.md", "안녕하세요"}},
		{"note", "take_note", "notes/2026-11-23.md", "-", "# 2026-11-23\n\n- 14:05 buy milk\n", noteArgs{Text: "buy milk"}},
		{"second note", "take_note", "notes/2026-11-23.md", "# x", "# x\n- 14:05 우유 사기\n  그리고 빵\n", noteArgs{Text: "우유 사기\n그리고  빵"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSpace(t)
			if tt.before != "-" {
				s.file(tt.file, tt.before)
			}
			a := planned(t, s.tools[tt.tool], tt.args)
			if a.Level != policy.Draft {
				t.Errorf("got level %d, want Draft", a.Level)
			}
			if got := s.text(tt.file); got != tt.before {
				t.Fatalf("Plan changed the file: got %q, want %q", got, tt.before)
			}
			r := s.do(tt.tool, "k", tt.args)
			if got := s.text(tt.file); got != tt.after {
				t.Errorf("after Do: got %q, want %q", got, tt.after)
			}
			if want := filepath.Join(s.Dir(), tt.file); tt.after != "-" && r.Produced != want {
				t.Errorf("Produced: got %q, want %q", r.Produced, want)
			}
			done, again, err := s.tools[tt.tool].(tool.Checker).Check(t.Context(), "k", a.Args)
			if err != nil || !done {
				t.Errorf("Check: got %v, %v, want true", done, err)
			}
			if err := s.undo(tt.tool, again); err != nil {
				t.Fatalf("undo: %v", err)
			}
			if got := s.text(tt.file); got != tt.before {
				t.Errorf("after undo: got %q, want %q", got, tt.before)
			}
			if tt.before == "-" {
				if _, err := os.Stat(filepath.Dir(filepath.Join(s.Dir(), tt.file))); err == nil {
					t.Errorf("the folder that was made for the file is still there")
				}
			}
			if err := s.undo(tt.tool, r); err != nil {
				t.Errorf("undo again: %v", err)
			}
		})
	}
}

func TestUndoRefusesWhatWasChanged(t *testing.T) {
	s := newSpace(t)
	s.file("a.txt", "old")
	r := s.do("write_file", "k", writeArgs{"a.txt", "new"})
	s.file("a.txt", "the owner's own words")
	if err := s.undo("write_file", r); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Errorf("got %v, want that it was changed since", err)
	}
	if got := s.text("a.txt"); got != "the owner's own words" {
		t.Errorf("got %q: the owner's change is lost", got)
	}
	s.file("b.txt", "old")
	r = s.do("delete_file", "k2", pathArgs{"b.txt"})
	s.file("b.txt", "another")
	if err := s.undo("delete_file", r); err == nil || s.text("b.txt") != "another" {
		t.Errorf("undo of a deletion replaced a new file: %v", err)
	}
	if _, err := s.tools["write_file"].(tool.Undoer).Undo(t.Context(), json.RawMessage(`{"path":"../x","before":"","after":""}`)); err == nil {
		t.Error("undo outside the workspace: got no error")
	}
}

func TestUndoOfAnEarlierNote(t *testing.T) {
	s := newSpace(t)
	s.file("notes/2026-11-23.md", "# today\n")
	first := s.do("take_note", "k1", noteArgs{Text: "one"})
	s.do("take_note", "k2", noteArgs{Text: "two"})
	if err := s.undo("take_note", first); err != nil {
		t.Fatal(err)
	}
	if got, want := s.text("notes/2026-11-23.md"), "# today\n- 14:05 two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnceAfterACrash(t *testing.T) {
	s := newSpace(t)
	note := planned(t, s.tools["take_note"], noteArgs{Text: "once"})
	check := s.tools["take_note"].(tool.Checker)
	if done, _, err := check.Check(t.Context(), "k", note.Args); done || err != nil {
		t.Errorf("Check before: got %v, %v, want false", done, err)
	}
	for range 3 {
		if _, err := note.Do(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(s.text("notes/2026-11-23.md"), "once"); got != 1 {
		t.Errorf("got the note %d times, want once", got)
	}
	s.file("notes/2026-11-23.md", "changed by hand")
	if _, _, err := check.Check(t.Context(), "k", note.Args); !errors.Is(err, tool.ErrUnknown) {
		t.Errorf("Check after a change by hand: got %v, want ErrUnknown", err)
	}
	if _, err := note.Do(t.Context(), "k"); !errors.Is(err, tool.ErrUnknown) {
		t.Errorf("Do after a change by hand: got %v, want ErrUnknown", err)
	}
}

func TestTooLargeToKeep(t *testing.T) {
	s := newSpace(t)
	s.file("big.bin", "")
	if err := os.Truncate(filepath.Join(s.Dir(), "big.bin"), maxKept+1); err != nil {
		t.Fatal(err)
	}
	for tool, v := range map[string]any{"delete_file": pathArgs{"big.bin"}, "write_file": writeArgs{"big.bin", "x"}} {
		a := planned(t, s.tools[tool], v)
		if a.Level != policy.Commit || a.Values["warning"] != "no-undo" || a.Facts["undo"] != "none" {
			t.Errorf("%s: got level %d, warning %q, want Commit, no-undo", tool, a.Level, a.Values["warning"])
		}
	}
	s.file("grows.txt", "small")
	a := planned(t, s.tools["delete_file"], pathArgs{"grows.txt"})
	if err := os.Truncate(filepath.Join(s.Dir(), "grows.txt"), maxKept+1); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Do(t.Context(), "k"); err == nil {
		t.Error("a file that outgrew undo between Plan and Do was deleted as a Draft")
	}
	r := s.do("delete_file", "k2", pathArgs{"big.bin"})
	if r.Undo != nil || s.text("big.bin") != "-" {
		t.Errorf("got undo %s, file there: %v", r.Undo, s.text("big.bin") != "-")
	}
}

func TestReadFile(t *testing.T) {
	s := newSpace(t)
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
		s.file(name, text)
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
		a, err := s.tools["read_file"].Plan(t.Context(), args(t, pathArgs{tt.path}))
		var r tool.Result
		if err == nil {
			if a.Level != policy.Look {
				t.Errorf("%s: got level %d, want Look", tt.path, a.Level)
			}
			r, err = a.Do(t.Context(), "k")
		}
		switch {
		case tt.fails == "" && (err != nil || !strings.Contains(r.Text, tt.want)):
			t.Errorf("%s: got %q, %v, want %q", tt.path, brief(r.Text, 80), err, tt.want)
		case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)):
			t.Errorf("%s: got %v, want %q", tt.path, err, tt.fails)
		case len(r.Text) > maxText+300:
			t.Errorf("%s: got %d bytes of text, want at most %d", tt.path, len(r.Text), maxText)
		}
	}
	var whole strings.Builder
	for _, page := range cutPages(long, maxText) {
		whole.WriteString(page)
	}
	if whole.String() != long {
		t.Error("the pages don't make up the file")
	}
}

func TestListAndSearch(t *testing.T) {
	s := newSpace(t)
	s.file("report.md", "Revenue grew\nCosts fell\n")
	s.file("docs/budget.txt", "rent: 900\nFOOD: 300\n")
	s.file("회의록.txt", "예산은 다음 주에 정한다\n")
	s.file(".git/config", "rent")
	if err := os.Symlink("/etc", filepath.Join(s.Dir(), "link")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		".": "docs/\nlink (link)\nreport.md (24 bytes)\n회의록.txt", "": "docs/", "/": "docs/", "workspace": "docs/",
		"docs": "budget.txt (20 bytes)", "report.md": "is a file of 24 bytes",
	} {
		if got := s.do("list_files", "k", pathArgs{path}).Text; !strings.Contains(got, want) {
			t.Errorf("list %q: got %q, want %q in it", path, got, want)
		}
	}
	for query, want := range map[string]string{
		"rent": "docs/budget.txt:1: rent: 900", "food": "docs/budget.txt:2: FOOD: 300", "budget": "docs/budget.txt", "예산": "회의록.txt:1:",
		norm.NFD.String("예산"): "회의록.txt:1:", "costs revenue": "report.md:", "회의록": "회의록.txt", "unicorn": "nothing",
	} {
		got := s.do("search_files", "k", queryArgs{query}).Text
		if !strings.Contains(got, want) || strings.Contains(got, ".git") {
			t.Errorf("search %q: got %q, want %q in it", query, got, want)
		}
	}
}

func TestEditRefuses(t *testing.T) {
	s := newSpace(t)
	s.file("a.txt", "one one two")
	s.file("b.bin", "one\x00")
	for _, v := range []editArgs{{"a.txt", "one", "1"}, {"a.txt", "three", "3"}, {"a.txt", "", "3"}, {"a.txt", "two", "two"}, {"b.bin", "one", "1"}, {"c.txt", "one", "1"}} {
		if a, err := s.tools["edit_file"].Plan(t.Context(), args(t, v)); err == nil {
			t.Errorf("%+v: got %s, want an error", v, a.Args)
		}
	}
	a := planned(t, s.tools["edit_file"], editArgs{"a.txt", "two", "2"})
	s.file("a.txt", "two two")
	if _, err := a.Do(t.Context(), "k"); err == nil || s.text("a.txt") != "two two" {
		t.Errorf("changed between Plan and Do: got %v, file %q", err, s.text("a.txt"))
	}
}

func TestModesAndKinds(t *testing.T) {
	s := newSpace(t)
	s.file("run.sh", "echo")
	p := filepath.Join(s.Dir(), "run.sh")
	if err := os.Chmod(p, 0o750); err != nil {
		t.Fatal(err)
	}
	r := s.do("write_file", "k", writeArgs{"run.sh", "echo 2"})
	if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("got mode %v, %v, want 0750", info.Mode(), err)
	}
	if err := s.undo("write_file", r); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(s.Dir(), "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	for tool, v := range map[string]any{"read_file": pathArgs{"pipe"}, "delete_file": pathArgs{"pipe"}, "write_file": writeArgs{"pipe", "x"}} {
		if _, err := s.tools[tool].Plan(t.Context(), args(t, v)); err == nil {
			t.Errorf("%s of a pipe: got no error", tool)
		}
	}
	if got := s.do("search_files", "k", queryArgs{"echo"}).Text; !strings.Contains(got, "run.sh:1") {
		t.Errorf("search beside a pipe: got %q", got)
	}
}

func TestNewWorkspaceRefusesNesting(t *testing.T) {
	base := t.TempDir()
	for _, p := range [][2]string{{base, base}, {base, filepath.Join(base, "undo")}, {filepath.Join(base, "undo", "work"), filepath.Join(base, "undo")}} {
		if w, err := NewWorkspace(p[0], p[1]); err == nil {
			w.Close()
			t.Errorf("NewWorkspace(%q): got no error", p)
		}
	}
}
