package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"deputy/agent/timing"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/rehearsal"
)

// served is a desk with a scripted model behind a socket.
func served(t *testing.T, model string) (path string, a *app.App) {
	t.Helper()
	m, err := rehearsal.NewScriptedModel([]byte(model))
	if err != nil {
		t.Fatal(err)
	}
	a, err = app.Build(t.Context(), cmdtest.Config(t), app.Overrides{Model: m, Deaf: true, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	path = cmdtest.SocketPath(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &control.Server{Desk: a.Desk, Feed: a.Feed, Turns: a.Trace.Turns, Metrics: a.Trace.Metrics}
	a.Workers = append(a.Workers, func(ctx context.Context) error { return s.Serve(ctx, l) })
	stop := a.Start(context.Background())
	t.Cleanup(func() {
		ended := make(chan error, 1)
		go func() { ended <- stop() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("it did not end")
		}
	})
	return path, a
}

func TestSocketSay(t *testing.T) {
	path, _ := served(t, `{"text":"Hello yourself."}`)
	var kinds []string
	err := control.Call(t.Context(), path, control.Request{Do: "say", Text: "hello there my friend"}, func(r control.Response) error {
		kinds = append(kinds, r.Kind)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(kinds, " ")
	for _, want := range []string{"heard", "task.opened", "model.replied", "task.closed"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
}

// TestSocketNonsense: whatever is written to the socket gets an answer, and the
// next one is served.
func TestSocketNonsense(t *testing.T) {
	path, _ := served(t, "")
	for name, tt := range map[string]struct{ line, want string }{
		"no JSON":    {"hello\n", "can't be read"},
		"a list":     {"[1,2]\n", "can't be read"},
		"an unknown": {`{"do":"fly"}` + "\n", "does not know"},
		"no key":     {`{"do":"ptt","text":"start"}` + "\n", "no microphone"},
		"no ask":     {`{"do":"decide","id":"a9"}` + "\n", "deputy inbox"},
		"too long":   {strings.Repeat("x", 1<<20) + "\n", ""},
		"cut off":    {`{"do":`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			// What is too long is not read to its end: writing may fail.
			c.Write([]byte(tt.line))
			c.(*net.UnixConn).CloseWrite()
			line, err := bufio.NewReader(c).ReadString('\n')
			if tt.want == "" {
				if err == nil {
					t.Errorf("got %q, want the connection closed", line)
				}
				return
			}
			var r control.Response
			if err := json.Unmarshal([]byte(line), &r); err != nil || !r.Done || !strings.Contains(r.Error, tt.want) {
				t.Errorf("got %q (%v), want %q", line, err, tt.want)
			}
		})
	}
	if err := control.Call(t.Context(), path, control.Request{Do: "tasks"}, func(control.Response) error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestSocketHangsUp: whoever stops watching in the middle costs nothing.
func TestSocketHangsUp(t *testing.T) {
	path, _ := served(t, `{"text":"one"}`+"\n"+`{"text":"two"}`)
	enough := errors.New("enough")
	if err := control.Call(t.Context(), path, control.Request{Do: "watch"}, func(control.Response) error { return enough }); !errors.Is(err, enough) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	watching := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- control.Call(ctx, path, control.Request{Do: "watch"}, func(r control.Response) error {
			if r.Kind == "watching" {
				close(watching)
			}
			return nil
		})
	}()
	<-watching
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := control.Call(t.Context(), path, control.Request{Do: "say", Text: "hello there my friend"}, func(control.Response) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestSocketIsTheUsersOwn(t *testing.T) {
	path := cmdtest.SocketPath(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v (%v), want 0600", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its folder: got mode %v (%v), want 0700", info.Mode(), err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	if _, err := control.Listen(path); !errors.Is(err, control.ErrAnother) {
		t.Errorf("a second one: got %v, want control.ErrAnother", err)
	}
	l.Close()
	again, err := control.Listen(path)
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	again.Close()
}

// TestSocketDies: the running Deputy ends before it has answered.
func TestSocketDies(t *testing.T) {
	path := cmdtest.SocketPath(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
	}()
	err = control.Call(t.Context(), path, control.Request{Do: "tasks"}, func(control.Response) error { return nil })
	if !errors.Is(err, control.ErrEnded) {
		t.Errorf("got %v, want control.ErrEnded", err)
	}
}

// TestTimingOverTheSocket: a typed order's timeline and the counters, as the
// commands get them.
func TestTimingOverTheSocket(t *testing.T) {
	path, _ := served(t, `{"text":"Hello yourself."}`)
	if err := control.Call(t.Context(), path, control.Request{Do: "say", Text: "hello there my friend"}, func(control.Response) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var tasks []control.TaskRow
	var plain string
	err := errors.Join(
		control.Call(t.Context(), path, control.Request{Do: "tasks", Timing: true}, func(r control.Response) error { return json.Unmarshal(r.Body, &tasks) }),
		control.Call(t.Context(), path, control.Request{Do: "tasks"}, func(r control.Response) error { plain = string(r.Body); return nil }),
	)
	if err != nil || len(tasks) != 1 || len(tasks[0].Timing) != 1 {
		t.Fatalf("got %+v (%v), want one task with one turn", tasks, err)
	}
	if strings.Contains(plain, "timing") {
		t.Errorf("without being asked for: %s", plain)
	}
	turn := tasks[0].Timing[0]
	var got []string
	for _, m := range turn.Marks() {
		got = append(got, m.Name)
	}
	want := "heard accepted model_asked first_token first_sentence first_sound model_done done reported"
	for _, name := range strings.Fields(want) {
		if !strings.Contains(strings.Join(got, " "), name) {
			t.Errorf("got %v, want %s in it", got, name)
		}
	}
	if turn.Kind != timing.Order || !turn.Typed || turn.Status != "done" {
		t.Errorf("got %+v, want a typed order that is done", turn)
	}

	var text string
	if err := control.Call(t.Context(), path, control.Request{Do: "metrics"}, func(r control.Response) error { return json.Unmarshal(r.Body, &text) }); err != nil {
		t.Fatal(err)
	}
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if n := families["deputy_utterances_total"].GetMetric()[0].Counter.GetValue(); n != 1 {
		t.Errorf("got %v utterances, want 1", n)
	}
	if len(families["deputy_stage_seconds"].GetMetric()) == 0 {
		t.Errorf("no stage in:\n%s", text)
	}
}
