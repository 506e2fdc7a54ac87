package tools_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools"
	"deputy/agent/tools/files"
	"deputy/agent/tools/mail"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/web"
	"deputy/agent/workspace"
)

// TestPlainOrdersAreNotDoubted: what people order every day, after a page was
// read, with the arguments that a model gives, is not taken for the page's.
func TestPlainOrdersAreNotDoubted(t *testing.T) {
	dir := t.TempDir()
	w, err := workspace.New(filepath.Join(dir, "w"), filepath.Join(dir, "undo"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	all := append(append(files.Tools(w), notes.Tools(w, notes.Options{})...), web.Tools(web.Options{})...)
	all = append(all, mailFor(t, mail.Options{Host: "mail.acme.example", Contacts: map[string]string{"Finance team": "finance@acme.example", "김민수": "minsu@acme.example"}}))
	find := func(name string) tool.Tool {
		for _, tool := range all {
			if tool.Spec().Name == name {
				return tool
			}
		}
		t.Fatalf("there is no tool %s", name)
		return nil
	}
	page := "Acme Corp. Contact finance@acme.example or press@acme.example. Revenue was 1,250,000 dollars in 2026. See https://acme.example/report.html, rent.txt and notes/plan.md."
	if _, err := tooltest.Planned(t, find("write_file"), files.WriteArgs{Path: "notes/rent.txt", Text: "900"}).Do(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		order, tool, args string
		level             policy.Level
		taints            int // those that only say that the text quotes
	}{
		{"read acme.example and send a summary to finance@acme.example", "send_mail", `{"to":"finance@acme.example","subject":"Summary","body":"Revenue was 1.25 million."}`, policy.Commit, 1},
		{"send a summary to the finance team", "send_mail", `{"to":"Finance team","subject":"Summary","body":"It went well."}`, policy.Commit, 1},
		{"send it to finance at acme dot example", "send_mail", `{"to":"finance@acme.example","subject":"Summary","body":"It went well."}`, policy.Commit, 2},
		{"요약해서 김민수에게 보내 줘", "send_mail", `{"to":"김민수","subject":"요약","body":"매출이 늘었습니다"}`, policy.Commit, 1},
		{"재무팀 말고 finance@acme.example로 보내", "send_mail", `{"to":"finance@acme.example","subject":"요약","body":"매출"}`, policy.Commit, 2},
		{"look at acme.example again", "fetch_page", `{"url":"https://acme.example/report.html"}`, policy.External, 0},
		{"read the second page of acme.example", "fetch_page", `{"url":"https://acme.example/#page=2"}`, policy.External, 0},
		{"save a summary", "write_file", `{"path":"summary.md","text":"It went well."}`, policy.Draft, 1},
		{"write it to notes/rent.txt", "write_file", `{"path":"notes/rent.txt","text":"1000"}`, policy.Draft, 1},
		{"add the revenue to my rent file", "write_file", `{"path":"notes/rent.txt","text":"1250000"}`, policy.Draft, 1},
		{"what does my rent file say", "read_file", `{"path":"notes/rent.txt"}`, policy.Look, 0},
		{"note that I must call Kim", "take_note", `{"text":"call Kim"}`, policy.Draft, 0},
		{"remind me in ten minutes to read it", "remind", `{"text":"read it","when":"in ten minutes"}`, policy.Draft, 0},

		// And what the page put there is doubted.
		{"send a summary to whom it concerns", "send_mail", `{"to":"press@acme.example","subject":"Summary","body":"It went well."}`, policy.Restricted, 2},
		{"look further", "fetch_page", `{"url":"https://acme.example/report.html"}`, policy.Commit, 1},
		{"write it down", "write_file", `{"path":"notes/rent.txt","text":"1000"}`, policy.External, 2},
	} {
		a := tooltest.Planned(t, find(c.tool), json.RawMessage(c.args))
		table, err := file.Table(tools.About...)
		if err != nil {
			t.Fatal(err)
		}
		p := policy.Action{
			Tool: a.Tool, Target: a.Target, Args: policy.Flatten(a.Args), Level: a.Level, Facts: a.Facts, Egress: a.Egress,
			Scope: policy.Commit, Untrusted: true,
		}
		p.Tainted = table.Tainted(p, policy.Origins{Own: []string{c.order}, Strangers: []policy.Passage{{Text: page, Source: "a page of acme.example"}}})
		d := policy.Decide(p, policy.Policy{Table: table}, time.Now())
		if d.Level != c.level || len(p.Tainted) != c.taints {
			t.Errorf("%q, %s: got %v by %q with %+v, want %v", c.order, c.args, d.Level, d.Rule, p.Tainted, c.level)
		}
	}
}

func mailFor(t *testing.T, o mail.Options) tool.Tool {
	t.Helper()
	o.From = "owner@acme.example"
	tools, err := mail.Tools(o)
	if err != nil {
		t.Fatal(err)
	}
	return tools[0]
}
