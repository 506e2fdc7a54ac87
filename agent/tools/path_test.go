package tools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPathAttacks(t *testing.T) {
	s := newSpace(t)
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.txt")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.file("dir/a.txt", "a")
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
			"read_file": pathArgs{p}, "write_file": writeArgs{p, "x"}, "edit_file": editArgs{p, "secret", "x"}, "delete_file": pathArgs{p},
		} {
			a, err := s.tools[tool].Plan(t.Context(), args(t, v))
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
		if a, err := s.tools["list_files"].Plan(t.Context(), args(t, pathArgs{p})); err == nil {
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
	s := newSpace(t)
	for _, p := range []string{"con", "NUL.txt", "dir/aux.md", "COM1", "lpt9.log", "a:b", "what?.md", "a*", "<x>", "a|b", "end.", "a /b", tempPrefix + "x"} {
		if _, err := s.tools["write_file"].Plan(t.Context(), args(t, writeArgs{p, "x"})); err == nil {
			t.Errorf("write_file %q: got no error", p)
		}
	}
	for _, p := range []string{"console.txt", "회의록 (최종).md", "a b.txt", ".hidden", "com10", "naïve.md", "a..b", "...x"} {
		if _, err := s.tools["write_file"].Plan(t.Context(), args(t, writeArgs{p, "x"})); err != nil {
			t.Errorf("write_file %q: got %v", p, err)
		}
	}
}

// What was a file or folder when it was planned is a link when it is done.
func TestSwappedBetweenPlanAndDo(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "a.txt")
	swap := func(s space, name, target string) {
		p := filepath.Join(s.Dir(), name)
		if err := os.RemoveAll(p); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, p); err != nil {
			t.Fatal(err)
		}
	}
	for tool, v := range map[string]any{
		"read_file": pathArgs{"dir/a.txt"}, "write_file": writeArgs{"dir/a.txt", "x"}, "edit_file": editArgs{"dir/a.txt", "secret", "x"}, "delete_file": pathArgs{"dir/a.txt"},
	} {
		for name, target := range map[string]string{"dir": outside, "dir/a.txt": secret} {
			if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
				t.Fatal(err)
			}
			s := newSpace(t)
			s.file("dir/a.txt", "secret")
			a := planned(t, s.tools[tool], v)
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
	s := newSpace(t)
	outside := filepath.Join(filepath.Dir(s.Dir()), "outside.txt")
	if err := os.WriteFile(outside, []byte("outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(outside, filepath.Join(s.Dir(), "a.txt")); err != nil {
		t.Skip("no hard links on this file system")
	}
	s.do("write_file", "k", writeArgs{"a.txt", "inside"})
	s.do("edit_file", "k2", editArgs{"a.txt", "inside", "still inside"})
	s.do("take_note", "k3", noteArgs{Text: "x"})
	if b, err := os.ReadFile(outside); err != nil || string(b) != "outside" {
		t.Errorf("the other name of the file: got %q, %v, want it unchanged", b, err)
	}
}

func TestLinksInsideAreFollowedForReading(t *testing.T) {
	s := newSpace(t)
	s.file("real/a.txt", "hello")
	for link, target := range map[string]string{"alias": "real", "b.txt": "real/a.txt"} {
		if err := os.Symlink(target, filepath.Join(s.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"alias/a.txt", "b.txt"} {
		if got := s.do("read_file", "k", pathArgs{p}).Text; got != "hello" {
			t.Errorf("read %s: got %q, want hello", p, got)
		}
	}
	for tool, v := range map[string]any{"write_file": writeArgs{"b.txt", "x"}, "delete_file": pathArgs{"b.txt"}} {
		if _, err := s.tools[tool].Plan(t.Context(), args(t, v)); err == nil {
			t.Errorf("%s of a link: got no error", tool)
		}
	}
}
