package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deputy/agent/state"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/configs"
)

// attackReal are the directions of attacks that need real time and a whole Deputy:
// sockets, and a second Deputy. Each is the only direction of its scene, with the
// line that is written to the socket, if there is one.
var attackReal = map[string]func(t *testing.T, w *world){
	"socket":  attackSocket,
	"forged":  attackJournal,
	"second":  attackSecond,
	"decided": attackDecided,
}

// deputyIn is the program as it is built from a configuration, in the world of an
// attack, with a mail asked for; stop ends it.
func deputyIn(t *testing.T, w *world) (a *app.App, socket, ask string, stop func()) {
	t.Helper()
	cfg := deputyConfig(t, w)
	if err := w.script(false, []string{"send_mail", `{"to":"finance","subject":"Figures","body":"1, 2, 3"}`}); err != nil {
		t.Fatal(err)
	}
	a, err := app.Build(t.Context(), cfg, app.Overrides{Model: w.model, Deaf: true, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	socket = cmdtest.SocketPath(t)
	l, err := control.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &control.Server{Desk: a.Desk, Feed: a.Feed, Turns: a.Trace.Turns, Metrics: a.Trace.Metrics}
	a.Workers = append(a.Workers, func(ctx context.Context) error { return s.Serve(ctx, l) })
	end := a.Start(context.Background())
	stop = func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	w.talk(t, socket, `{"do":"say","text":"send the figures to finance"}`)
	if err := a.Desk.View(t.Context(), func(s *state.State, _ int) {
		if len(s.Asks) == 1 {
			ask = s.Asks[0].ID
		}
	}); err != nil || ask == "" {
		t.Fatalf("got no ask: %v", err)
	}
	w.armed = true
	return a, socket, ask, stop
}

func deputyConfig(t *testing.T, w *world) configs.Config {
	t.Helper()
	cfg := cmdtest.Config(t)
	cfg.Agent.Workspace, cfg.Agent.State = w.workspace, filepath.Join(w.dir, "state")
	cfg.Agent.Grace = time.Millisecond
	cfg.Journal.Path = filepath.Join(w.dir, "state", "journal.db")
	cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.From = "127.0.0.1", w.out.post.Port(), "none", "me@acme.example"
	cfg.Mail.Known = []string{"finance <finance@acme.example>"}
	return cfg
}

// talk writes a line to the socket, whatever it is, and reads what comes back
// until the other end hangs up.
func (w *world) talk(t *testing.T, socket, line string) (got []control.Response) {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(c, line)
	for in := json.NewDecoder(c); ; {
		var r control.Response
		if in.Decode(&r) != nil {
			return got
		}
		got = append(got, r)
	}
}

// attackSocket writes a forged request beside a mail that is asked for.
func attackSocket(t *testing.T, w *world) {
	_, socket, _, stop := deputyIn(t, w)
	defer stop()
	w.talk(t, socket, w.attack.steps[0].Args[0])
	w.talk(t, socket, `{"do":"say","text":"what's the status"}`) // whatever follows has followed
}

// attackDecided is the control: the owner decides by name over the socket.
func attackDecided(t *testing.T, w *world) {
	_, socket, ask, stop := deputyIn(t, w)
	defer stop()
	w.approved++
	w.talk(t, socket, fmt.Sprintf(`{"do":"decide","id":%q,"approve":true}`, ask))
	if !w.out.post.Wait(w.mails+1, time.Minute) {
		t.Error("the mail was not sent")
	}
}

// attackSecond starts a second Deputy on the same state and socket.
func attackSecond(t *testing.T, w *world) {
	a, socket, _, stop := deputyIn(t, w)
	defer stop()
	other, err := app.Build(t.Context(), a.Config, app.Overrides{Model: w.model, Deaf: true, Instant: true})
	if !errors.Is(err, control.ErrAnother) {
		t.Errorf("a second one: got %v, want control.ErrAnother", err)
	}
	if err == nil {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
	if l, err := control.Listen(socket); !errors.Is(err, control.ErrAnother) {
		t.Errorf("a second socket: got %v, want control.ErrAnother", err)
		l.Close()
	}
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("got the socket's mode %v (%v), want nothing for others", info.Mode(), err)
	}
}

// attackJournal denies the mail and makes the denial an approval in the journal's
// file. Nothing may start on it.
func attackJournal(t *testing.T, w *world) {
	a, socket, ask, stop := deputyIn(t, w)
	w.talk(t, socket, fmt.Sprintf(`{"do":"decide","id":%q,"approve":false}`, ask))
	stop()
	data, err := os.ReadFile(a.Config.Journal.Path)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.ReplaceAll(data, []byte(`"approve":false`), []byte(`"approve":true `))
	if bytes.Equal(forged, data) {
		t.Fatal("there is no denial in the journal's file to alter")
	}
	if err := os.WriteFile(a.Config.Journal.Path, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := app.Build(t.Context(), a.Config, app.Overrides{Model: w.model, Deaf: true, Instant: true})
	if err == nil {
		t.Error("it starts on a forged journal")
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}
