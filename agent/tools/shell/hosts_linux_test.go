package shell

import (
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/sandbox/egress/egresstest"
	"deputy/agent/sandbox/sandboxtest"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/toolstest"
)

// TestCommandWithHosts runs real programs through the real sandbox.
func TestCommandWithHosts(t *testing.T) {
	n, secure := egresstest.NewInternet(t)
	s := toolstest.NewSpace(t)
	box := sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{Hosts: []string{"good.example", ".known.example"}, Resolve: n.Resolve, Dial: n.Dial})[sandbox.Bubblewrap]
	if box == nil {
		t.Skip("bubblewrap does not work here: the reason stands above")
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(s.Dir(), "ca.pem"), cert, 0o644); err != nil {
		t.Fatal(err)
	}
	o := sandboxtest.NewForbidden(t)
	fetch := "python3 -c 'import sys, ssl, urllib.request as u; print(u.urlopen(sys.argv[1], context=ssl._create_unverified_context()).read().decode())' "
	for _, tt := range []struct{ command, want, not string }{
		{fetch + "http://good.example/x", "page /x of good.example", ""},
		{fetch + "https://good.example/y", "page /y of good.example", ""},
		{fetch + "http://other.example/", "403", "page"},
		{fetch + "https://other.example/", "403", "page"},
		{"env -i PATH=$PATH " + fetch + "http://good.example/x", "Error", "page"},
		{"exec 3<>/dev/tcp/127.0.0.1/" + o.Tcp + " && head -1 <&3", "refused", "ESCAPED"},
		{"exec 3<>/dev/tcp/" + egresstest.PublicAddress + "/80 && echo connected", "unreachable", "\nconnected"},
		{"cat /run/deputy/* | head -c 4 | tail -c 3; ls /run/deputy; echo x > /run/deputy/x", "Read-only", ""},
		{"env | grep -c _proxy=http://127.0.0.1", "3", ""},
		{"exit 7", "[exit status 7]", ""},
	} {
		o, err := box.Run(t.Context(), sandbox.Job{Command: tt.command, Hosts: []string{"good.example"}})
		if err != nil {
			t.Fatalf("%s: %v", tt.command, err)
		}
		if got := o.Text(); !strings.Contains(got, tt.want) || tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%s: got %q, want %q in it and not %q", tt.command, got, tt.want, tt.not)
		}
	}
	if out, err := box.Run(t.Context(), sandbox.Job{Command: fetch + "http://good.example/x"}); err != nil || strings.Contains(out.Text(), "page") {
		t.Errorf("without hosts: got %v, %v, want no page", out, err)
	}
}

func TestHostsPlan(t *testing.T) {
	s := toolstest.NewSpace(t)
	run := newRunCommand(s.Workspace, assumed{kind: sandbox.Bubblewrap})
	run.hosts = []string{"good.example", ".known.example"}
	for _, tt := range []struct {
		hosts       []string
		command     string
		level       policy.Level
		facts, asks string
	}{
		{nil, "rm x", policy.Draft, "", ""},
		{nil, "ls", policy.Look, "", ""},
		{[]string{"good.example"}, "ls", policy.External, "hosts known", "good.example"},
		{[]string{"A.known.example ", "good.EXAMPLE.", "good.example"}, "rm x", policy.External, "hosts known", "a.known.example, good.example"},
		{[]string{"good.example", "new.example"}, "ls", policy.Commit, "hosts new", "good.example, new.example"},
		{[]string{"evil-good.example"}, "ls", policy.Commit, "hosts new", "evil-good.example"},
	} {
		a := tooltest.Planned(t, run, runArgs{commandArgs{tt.command}, tt.hosts})
		if a.Level < tt.level || (tt.level == policy.Commit) != (a.Level >= policy.Commit) && len(tt.hosts) > 0 {
			t.Errorf("%q %q: got level %v, want %v", tt.command, tt.hosts, a.Level, tt.level)
		}
		if got := strings.TrimSpace(a.Facts["network"] + " " + a.Facts["host"]); got != tt.facts || a.Values["hosts"] != tt.asks {
			t.Errorf("%q %q: got facts %q and hosts %q, want %q and %q", tt.command, tt.hosts, got, a.Values["hosts"], tt.facts, tt.asks)
		}
		if a.Egress != (len(tt.hosts) > 0) || a.Egress && a.Repeat != tool.Opaque {
			t.Errorf("%q %q: got egress %v, repeat %v", tt.command, tt.hosts, a.Egress, a.Repeat)
		}
		if again, err := run.Plan(t.Context(), a.Args); err != nil || string(again.Args) != string(a.Args) {
			t.Errorf("planned again: got %s, %v, want %s", again.Args, err, a.Args)
		}
	}
	for _, h := range []string{"", "localhost", "127.0.0.1", "[::1]", "0x7f.1", "router", "printer.local", "db.internal", "169.254.169.254", "*.example.com", "a b.example", "http://a.example", "a.example:80", "a.example/x"} {
		if a, err := run.Plan(t.Context(), tooltest.Args(t, runArgs{commandArgs{"ls"}, []string{h}})); err == nil {
			t.Errorf("%q: got %s, want an error", h, a.Args)
		}
	}
	run.box = assumed{kind: sandbox.Landlock}
	if _, err := run.Plan(t.Context(), tooltest.Args(t, runArgs{commandArgs{"ls"}, []string{"good.example"}})); !errors.Is(err, sandbox.ErrNoHosts) {
		t.Errorf("by Landlock: got %v, want what is needed", err)
	}
}
