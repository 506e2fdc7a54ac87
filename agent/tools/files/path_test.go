package files_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/toolstest"
	"deputy/agent/workspace"
)

func TestPathAttacks(t *testing.T) {
	s := toolstest.NewSpace(t)
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.txt")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.File("dir/a.txt", "a")
	for link, target := range map[string]string{
		"out": outside, "file": secret, "up": "../..", "dir/up": "../../state", "root": "/", "loop": "loop", "dangling": filepath.Join(outside, "new.txt"),
	} {
		if err := os.Symlink(target, filepath.Join(s.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	paths := []string{
		"..", "../x", "../../etc/passwd", "dir/../../x", "a/b/../../../x", "/etc/passwd", "/etc/../etc/passwd", "//etc/passwd", "~", "~/.ssh/id_rsa",
		"file:///etc/passwd", s.Dir() + "/../x", s.Dir() + "x/y", "/workspace/../etc/passwd", "/workspacex/y",
		"out/secret.txt", "file", "up/etc", "dir/up/undo", "root/etc/passwd", "loop", "loop/x", "dangling", "out/new.txt", "./out/../out/secret.txt",
		"a\x00b", "a\nb", "a\u202eb", "a\u200bb", "\xff\xfe", strings.Repeat("a", 300), strings.Repeat("a/", 3000),
		`C:\Windows\system.ini`, `..\x`, `dir\a.txt`, "C:/Windows", "c:x", `\\server\share`, " ", "dir/a.txt/b",
	}
	for _, p := range paths {
		for tool, v := range map[string]any{
			"read_file": files.PathArgs{Path: p}, "write_file": files.WriteArgs{Path: p, Text: "x"}, "edit_file": files.EditArgs{Path: p, Old: "secret", New: "x"}, "delete_file": files.PathArgs{Path: p},
		} {
			a, err := s.Tools[tool].Plan(t.Context(), tooltest.Args(t, v))
			if err == nil {
				_, err = a.Do(t.Context(), "")
			}
			if err == nil {
				t.Errorf("%s %q: got no error", tool, p)
			}
		}
		if p == " " || p == "loop" || p == "dangling" || p == "file" {
			continue // the workspace itself; a link that is only named
		}
		if a, err := s.Tools["list_files"].Plan(t.Context(), tooltest.Args(t, files.PathArgs{Path: p})); err == nil {
			if r, err := a.Do(t.Context(), ""); err == nil {
				t.Errorf("list_files %q: got %q", p, r.Text)
			}
		}
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "secret" {
		t.Errorf("the file outside: got %q, %v", b, err)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("outside: got %d entries, want 1", len(entries))
	}
}

func TestNewNames(t *testing.T) {
	s := toolstest.NewSpace(t)
	for _, p := range []string{"con", "NUL.txt", "dir/aux.md", "COM1", "lpt9.log", "a:b", "what?.md", "a*", "<x>", "a|b", "end.", "a /b", workspace.TempPrefix + "x"} {
		if _, err := s.Tools["write_file"].Plan(t.Context(), tooltest.Args(t, files.WriteArgs{Path: p, Text: "x"})); err == nil {
			t.Errorf("write_file %q: got no error", p)
		}
	}
	for _, p := range []string{"console.txt", "회의록 (최종).md", "a b.txt", ".hidden", "com10", "naïve.md", "a..b", "...x"} {
		if _, err := s.Tools["write_file"].Plan(t.Context(), tooltest.Args(t, files.WriteArgs{Path: p, Text: "x"})); err != nil {
			t.Errorf("write_file %q: got %v", p, err)
		}
	}
}

// What was a file or folder when it was planned is a link when it is done.
func TestSwappedBetweenPlanAndDo(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "a.txt")
	swap := func(s toolstest.Space, name, target string) {
		p := filepath.Join(s.Dir(), name)
		if err := os.RemoveAll(p); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, p); err != nil {
			t.Fatal(err)
		}
	}
	for tool, v := range map[string]any{
		"read_file": files.PathArgs{Path: "dir/a.txt"}, "write_file": files.WriteArgs{Path: "dir/a.txt", Text: "x"}, "edit_file": files.EditArgs{Path: "dir/a.txt", Old: "secret", New: "x"}, "delete_file": files.PathArgs{Path: "dir/a.txt"},
	} {
		for name, target := range map[string]string{"dir": outside, "dir/a.txt": secret} {
			if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
				t.Fatal(err)
			}
			s := toolstest.NewSpace(t)
			s.File("dir/a.txt", "secret")
			a := tooltest.Planned(t, s.Tools[tool], v)
			swap(s, name, target)
			if r, err := a.Do(t.Context(), "k"); err == nil {
				t.Errorf("%s with %s swapped: got %q, want an error", tool, name, r.Text)
			}
			if b, err := os.ReadFile(secret); err != nil || string(b) != "secret" {
				t.Errorf("%s with %s swapped: the file outside is %q, %v", tool, name, b, err)
			}
		}
	}
}

func TestHardLinkIsNotWrittenThrough(t *testing.T) {
	s := toolstest.NewSpace(t)
	outside := filepath.Join(filepath.Dir(s.Dir()), "outside.txt")
	if err := os.WriteFile(outside, []byte("outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(outside, filepath.Join(s.Dir(), "a.txt")); err != nil {
		t.Skip("no hard links on this file system")
	}
	s.Do("write_file", "k", files.WriteArgs{Path: "a.txt", Text: "inside"})
	s.Do("edit_file", "k2", files.EditArgs{Path: "a.txt", Old: "inside", New: "still inside"})
	s.Do("take_note", "k3", notes.NoteArgs{Text: "x"})
	if b, err := os.ReadFile(outside); err != nil || string(b) != "outside" {
		t.Errorf("the other name of the file: got %q, %v, want it unchanged", b, err)
	}
}

func TestLinksInsideAreFollowedForReading(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("real/a.txt", "hello")
	for link, target := range map[string]string{"alias": "real", "b.txt": "real/a.txt"} {
		if err := os.Symlink(target, filepath.Join(s.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"alias/a.txt", "b.txt"} {
		if got := s.Do("read_file", "k", files.PathArgs{Path: p}).Text; got != "hello" {
			t.Errorf("read %s: got %q, want hello", p, got)
		}
	}
	for tool, v := range map[string]any{"write_file": files.WriteArgs{Path: "b.txt", Text: "x"}, "delete_file": files.PathArgs{Path: "b.txt"}} {
		if _, err := s.Tools[tool].Plan(t.Context(), tooltest.Args(t, v)); err == nil {
			t.Errorf("%s of a link: got no error", tool)
		}
	}
}
