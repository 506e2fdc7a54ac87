package tools

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/tool"
)

// TestFacts: what each tool states of an action, which policy goes by.
func TestFacts(t *testing.T) {
	dir := t.TempDir()
	w, err := NewWorkspace(filepath.Join(dir, "w"), filepath.Join(dir, "undo"))
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
	if err := os.Truncate(huge, maxKept+1); err != nil {
		t.Fatal(err)
	}
	tools := map[string]tool.Tool{}
	for _, tool := range append(append(Files(w), Notes(w, NoteOptions{})...), Web(WebOptions{Allow: []string{"docs.example"}})...) {
		tools[tool.Spec().Name] = tool
	}
	tools["send_mail"] = mailFor(t, MailOptions{Host: "mail.acme.example", Contacts: map[string]string{"finance": "finance@acme.example", "재무팀": "finance@acme.example"}})
	mail := func(to string) mailArgs { return mailArgs{To: to, Subject: "Hello", Body: "Hi"} }
	type m = map[string]string
	kept := func(file string) m { return m{"path": "inside", "file": file, "undo": "kept"} }
	for _, c := range []struct {
		tool            string
		args            any
		facts           m
		private, egress bool
		source          string
	}{
		{"list_files", pathArgs{"."}, m{"path": "inside"}, true, false, ""},
		{"read_file", pathArgs{"a.txt"}, m{"path": "inside"}, true, false, ""},
		{"search_files", queryArgs{"a"}, m{"path": "inside"}, true, false, ""},
		{"write_file", writeArgs{"new.txt", "x"}, kept("new"), false, false, ""},
		{"write_file", writeArgs{"a.txt", "x"}, kept("existing"), false, false, ""},
		{"write_file", writeArgs{"huge.bin", "x"}, m{"path": "inside", "file": "existing", "undo": "none"}, false, false, ""},
		{"edit_file", editArgs{"a.txt", "a", "b"}, kept("existing"), false, false, ""},
		{"delete_file", pathArgs{"a.txt"}, kept("existing"), false, false, ""},
		{"delete_file", pathArgs{"huge.bin"}, m{"path": "inside", "file": "existing", "undo": "none"}, false, false, ""},
		{"take_note", noteArgs{Text: "milk"}, m{"path": "inside", "undo": "kept"}, false, false, ""},
		{"remind", remindArgs{"milk", "in ten minutes"}, nil, false, false, ""},
		{"fetch_page", urlArgs{"https://acme.example/a"}, m{"host": "new"}, false, true, "a page of acme.example"},
		{"fetch_page", urlArgs{"https://docs.example/a"}, m{"host": "known"}, false, true, "a page of docs.example"},
		{"fetch_page", urlArgs{"https://аcme.example/a"}, m{"host": "lookalike"}, false, true, "a page of xn--cme-5cd.example"},
		{"send_mail", mail("finance"), m{"recipient": "known", "contacts": "finance <finance@acme.example>; 재무팀 <finance@acme.example>"}, false, true, ""},
		{"send_mail", mail("boss@other.example"), m{"recipient": "new"}, false, true, ""},
		{"send_mail", mail("finance, boss@other.example"), m{"recipient": "new", "contacts": "finance <finance@acme.example>; 재무팀 <finance@acme.example>"}, false, true, ""},
		{"send_mail", mail("finance@acrne.example"), m{"recipient": "lookalike"}, false, true, ""},
		{"send_mail", mail("boss@other.example, finance@acrne.example, x@third.example"), m{"recipient": "lookalike"}, false, true, ""},
	} {
		a := planned(t, tools[c.tool], c.args)
		if !maps.Equal(a.Facts, c.facts) || a.Private != c.private || a.Egress != c.egress || a.Source != c.source || a.Untrusted != (c.source != "") {
			t.Errorf("%s %+v: got %v private %v egress %v source %q, want %v %v %v %q",
				c.tool, c.args, a.Facts, a.Private, a.Egress, a.Source, c.facts, c.private, c.egress, c.source)
		}
		if a.Spends || a.Level == policy.Unset {
			t.Errorf("%s %+v: got %+v", c.tool, c.args, a)
		}
	}
}
