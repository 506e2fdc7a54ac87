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

	"deputy/cmd/internal/control"
)

// socketPath is short enough for a socket.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "deputy-socket-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "deputy", "deputy.sock")
}

// served is a desk with a scripted model behind a socket.
func served(t *testing.T, model string) (path string, h *house) {
	t.Helper()
	m, err := newScriptedModel([]byte(model))
	if err != nil {
		t.Fatal(err)
	}
	h, err = build(t.Context(), plainConfig(t), parts{model: m, deaf: true, instant: true})
	if err != nil {
		t.Fatal(err)
	}
	path = socketPath(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &control.Server{Desk: h.desk, Feed: h.feed, Turns: h.trace.turns, Metrics: h.trace.metrics}
	h.workers = append(h.workers, func(ctx context.Context) error { return s.Serve(ctx, l) })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err := errors.Join(err, h.close()); err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("it did not end")
		}
	})
	return path, h
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
	path := socketPath(t)
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
	path := socketPath(t)
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
