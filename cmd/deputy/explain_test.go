package main

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/configs"
)

// A callingModel makes one call and then ends.
type callingModel struct{ call model.Call }

func (m callingModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		if last := p.Messages[len(p.Messages)-1]; last.Role == model.User {
			yield(model.Chunk{Call: &m.call}, nil)
			return
		}
		yield(model.Chunk{Text: "Done."}, nil)
	}
}

// deskJudges gives what the desk makes of a call that an order of scope L3 led to.
func deskJudges(t *testing.T, cfg configs.Config, order string, call model.Call) (level policy.Level, rule, refused string) {
	t.Helper()
	cfg.Agent.State = t.TempDir()
	cfg.Journal.Path = filepath.Join(cfg.Agent.State, "journal.db")
	judged := make(chan event.Body, 1)
	a, err := app.Build(t.Context(), cfg, app.Overrides{Model: callingModel{call}, Deaf: true, Instant: true, Observe: func(e event.Event) {
		switch b := e.Body.(type) {
		case event.Intended, event.Refused:
			select {
			case judged <- b:
			default:
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	stop := a.Start(t.Context())
	a.Desk.Tell(event.Heard{Text: order, Typed: true})
	select {
	case b := <-judged:
		switch b := b.(type) {
		case event.Intended:
			level, rule = b.Level, b.Rule
		case event.Refused:
			refused = b.Text
		}
	case <-time.After(20 * time.Second):
		t.Error("the desk did not judge it within 20 s")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	return level, rule, refused
}

// TestExplainJudgesAsTheDesk: for a call of every tool, and commands of every
// kind, explain says what the desk does.
func TestExplainJudgesAsTheDesk(t *testing.T) {
	cfg := cmdtest.Config(t)
	cfg.Mail.Host, cfg.Mail.From, cfg.Mail.Known = "127.0.0.1", "me@acme.example", []string{"Kim <kim@acme.example>"}
	cfg.Web.Allow = []string{"known.example"}
	fill := func() {
		if err := os.MkdirAll(cfg.Agent.Workspace, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"a.txt": "one\n", ".env": "TOKEN=x\n"} {
			if err := os.WriteFile(filepath.Join(cfg.Agent.Workspace, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	calls := []model.Call{
		{Tool: "list_files", Args: json.RawMessage(`{}`)},
		{Tool: "read_file", Args: json.RawMessage(`{"path":"a.txt"}`)},
		{Tool: "read_file", Args: json.RawMessage(`{"path":".env"}`)},
		{Tool: "read_file", Args: json.RawMessage(`{"path":"missing.txt"}`)},
		{Tool: "read_file", Args: json.RawMessage(`{"path":"../outside"}`)},
		{Tool: "search_files", Args: json.RawMessage(`{"query":"one"}`)},
		{Tool: "write_file", Args: json.RawMessage(`{"path":"b.txt","text":"x"}`)},
		{Tool: "write_file", Args: json.RawMessage(`{"path":".git/hooks/post-checkout","text":"x"}`)},
		{Tool: "edit_file", Args: json.RawMessage(`{"path":"a.txt","old":"one","new":"two"}`)},
		{Tool: "delete_file", Args: json.RawMessage(`{"path":"a.txt"}`)},
		{Tool: "take_note", Args: json.RawMessage(`{"text":"milk"}`)},
		{Tool: "remind", Args: json.RawMessage(`{"text":"milk","when":"in 10 minutes"}`)},
		{Tool: "fetch_page", Args: json.RawMessage(`{"url":"https://known.example/"}`)},
		{Tool: "fetch_page", Args: json.RawMessage(`{"url":"https://new.example/"}`)},
		{Tool: "send_mail", Args: json.RawMessage(`{"to":"kim@acme.example","subject":"s","body":"b"}`)},
		{Tool: "send_mail", Args: json.RawMessage(`{"to":"kim@acrne.example","subject":"s","body":"b"}`)},
	}
	for _, command := range []string{
		"ls", "mkdir invoices", "go build ./...", "rm -rf .", "sudo git push --force && rm -rf .", "cat .env", "git push", "curl https://new.example/", "python3 x.py",
		"echo x > .git/hooks/post-checkout", "git commit -m x", "for f in *; do mv \"$f\" x; done", "echo $(",
	} {
		raw, err := json.Marshal(map[string]string{"command": command})
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, model.Call{Tool: "run_command", Args: raw})
	}
	tried := map[string]bool{}
	p, err := app.ReadPolicy(cfg)
	if err != nil {
		t.Fatal(err)
	}
	orders := []string{"send it to Kim", "what is there"}
	for _, order := range orders {
		for i, call := range calls {
			if order != orders[0] && i%4 != 0 {
				continue // a few are enough to see that the order counts
			}
			tried[call.Tool] = true
			t.Run(order+"/"+call.Tool+" "+strings.ReplaceAll(string(call.Args), "/", "_"), func(t *testing.T) {
				fill() // what is free is done
				plan, away, err := app.NewPlanner(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				raw, err := json.Marshal(map[string]any{"tool": call.Tool, "args": call.Args, "order": order})
				if err != nil {
					t.Fatal(err)
				}
				a, planned, no, err := app.ReadAction(raw, p.Table, cfg.Agent.Workspace, plan)
				if err != nil || !planned {
					t.Fatalf("got planned %v, %v", planned, err)
				}
				level, rule, refused := deskJudges(t, cfg, order, call)
				switch x := policy.Explain(a, p, time.Now()); {
				case (no != nil) != (refused != "") || no != nil && !strings.Contains(refused, no.Error()):
					t.Errorf("explain refuses: %v; the desk: %q", no, refused)
				case no == nil && (x.Level != level || x.Rule != rule):
					t.Errorf("explain says %v by %q; the desk %v by %q", x.Level, x.Rule, level, rule)
				}
				if err := away(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	if left, _ := filepath.Glob(filepath.Join(cfg.Agent.State, "spare-*")); len(left) > 0 {
		t.Errorf("explain left %v", left)
	}
	for name := range p.Table.Tools {
		if !tried[name] {
			t.Errorf("the table has the tool %s, and no call of it is compared", name)
		}
	}
}

// TestExplainPlans: what the issue found to be free is not.
func TestExplainPlans(t *testing.T) {
	cmdtest.Config(t)
	var out bytes.Buffer
	args := []string{"policy", "explain", `{"tool":"run_command","args":{"command":"sudo git push --force && rm -rf ."}}`}
	c := rootCommand(args)
	c.SetOut(&out)
	c.SetArgs(args)
	if err := c.Execute(); err != nil || !strings.Contains(out.String(), "It is asked for") {
		t.Errorf("got %q, %v, want that it is asked for", out.String(), err)
	}
}
