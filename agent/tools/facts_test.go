package tools_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/mail"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/web"
	"deputy/agent/workspace"
)

// TestFacts: what each tool states of an action, which policy goes by.
func TestFacts(t *testing.T) {
	dir := t.TempDir()
	w, err := workspace.New(filepath.Join(dir, "w"), filepath.Join(dir, "undo"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.WriteFile(filepath.Join(dir, "w", "a.txt"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(dir, "w", "huge.bin")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, workspace.MaxKept+1); err != nil {
		t.Fatal(err)
	}
	tools := map[string]tool.Tool{}
	for _, tool := range append(append(files.Tools(w), notes.Tools(w, notes.Options{})...), web.Tools(web.Options{Allow: []string{"docs.example"}})...) {
		tools[tool.Spec().Name] = tool
	}
	tools["send_mail"] = mailFor(t, mail.Options{Host: "mail.acme.example", Contacts: map[string]string{"finance": "finance@acme.example", "재무팀": "finance@acme.example"}})
	mail := func(to string) mail.MailArgs { return mail.MailArgs{To: to, Subject: "Hello", Body: "Hi"} }
	type m = map[string]string
	kept := func(file string) m { return m{"path": "inside", "file": file, "undo": "kept"} }
	for _, c := range []struct {
		tool            string
		args            any
		facts           m
		private, egress bool
		source          string
	}{
		{"list_files", files.PathArgs{Path: "."}, m{"path": "inside"}, true, false, ""},
		{"read_file", files.PathArgs{Path: "a.txt"}, m{"path": "inside"}, true, false, ""},
		{"search_files", files.QueryArgs{Query: "a"}, m{"path": "inside"}, true, false, ""},
		{"write_file", files.WriteArgs{Path: "new.txt", Text: "x"}, kept("new"), false, false, ""},
		{"write_file", files.WriteArgs{Path: "a.txt", Text: "x"}, kept("existing"), false, false, ""},
		{"write_file", files.WriteArgs{Path: "huge.bin", Text: "x"}, m{"path": "inside", "file": "existing", "undo": "none"}, false, false, ""},
		{"edit_file", files.EditArgs{Path: "a.txt", Old: "a", New: "b"}, kept("existing"), false, false, ""},
		{"delete_file", files.PathArgs{Path: "a.txt"}, kept("existing"), false, false, ""},
		{"delete_file", files.PathArgs{Path: "huge.bin"}, m{"path": "inside", "file": "existing", "undo": "none"}, false, false, ""},
		{"take_note", notes.NoteArgs{Text: "milk"}, m{"path": "inside", "undo": "kept"}, false, false, ""},
		{"remind", notes.RemindArgs{Text: "milk", When: "in ten minutes"}, nil, false, false, ""},
		{"fetch_page", web.URLArgs{URL: "https://acme.example/a"}, m{"host": "new"}, false, true, "a page of acme.example"},
		{"fetch_page", web.URLArgs{URL: "https://docs.example/a"}, m{"host": "known"}, false, true, "a page of docs.example"},
		{"fetch_page", web.URLArgs{URL: "https://аcme.example/a"}, m{"host": "lookalike"}, false, true, "a page of xn--cme-5cd.example"},
		{"send_mail", mail("finance"), m{"recipient": "known", "contacts": "finance <finance@acme.example>; 재무팀 <finance@acme.example>"}, false, true, ""},
		{"send_mail", mail("boss@other.example"), m{"recipient": "new"}, false, true, ""},
		{"send_mail", mail("finance, boss@other.example"), m{"recipient": "new", "contacts": "finance <finance@acme.example>; 재무팀 <finance@acme.example>"}, false, true, ""},
		{"send_mail", mail("finance@acrne.example"), m{"recipient": "lookalike"}, false, true, ""},
		{"send_mail", mail("boss@other.example, finance@acrne.example, x@third.example"), m{"recipient": "lookalike"}, false, true, ""},
	} {
		a := tooltest.Planned(t, tools[c.tool], c.args)
		if !maps.Equal(a.Facts, c.facts) || a.Private != c.private || a.Egress != c.egress || a.Source != c.source || a.Untrusted != (c.source != "") {
			t.Errorf("%s %+v: got %v private %v egress %v source %q, want %v %v %v %q",
				c.tool, c.args, a.Facts, a.Private, a.Egress, a.Source, c.facts, c.private, c.egress, c.source)
		}
		if a.Spends || a.Level == policy.Unset {
			t.Errorf("%s %+v: got %+v", c.tool, c.args, a)
		}
	}
}
