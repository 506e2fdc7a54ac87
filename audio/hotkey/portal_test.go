package hotkey

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// newBus is a session bus of the test's own.
func newBus(t *testing.T) string {
	t.Helper()
	need(t, "dbus-daemon")
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:tmpdir=/tmp")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	address := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		address <- strings.TrimSpace(line)
	}()
	select {
	case a := <-address:
		return a
	case <-time.After(limit):
		t.Fatal("dbus-daemon gave no address")
		return ""
	}
}

// stub is a desktop portal as far as we use it.
type stub struct {
	t      *testing.T
	conn   *dbus.Conn
	refuse uint32 // the code with which BindShortcuts ends
	none   bool   // it binds no key
	mute   bool   // it never answers

	mu      sync.Mutex // calls come on a goroutine of the bus
	session dbus.ObjectPath
	trigger string
}

// ours is the session that was made and the key that was asked for.
func (s *stub) ours() (session dbus.ObjectPath, trigger string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session, s.trigger
}

func newStub(t *testing.T, address string, set ...func(*stub)) *stub {
	t.Helper()
	s := &stub{t: t, conn: connect(t, address)}
	for _, f := range set {
		f(s)
	}
	if err := s.conn.Export(s, portalPath, shortcutsIface); err != nil {
		t.Fatal(err)
	}
	if r, err := s.conn.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("RequestName: %v, %v", r, err)
	}
	return s
}

func connect(t *testing.T, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// request answers by a signal, as the portal does.
func (s *stub) request(sender dbus.Sender, options map[string]dbus.Variant, code uint32, results map[string]dbus.Variant) dbus.ObjectPath {
	token, _ := options["handle_token"].Value().(string)
	path := dbus.ObjectPath(portalPath + "/request/" + strings.ReplaceAll(string(sender)[1:], ".", "_") + "/" + token)
	if !s.mute {
		s.emit(path, requestIface+".Response", code, results)
	}
	return path
}

func (s *stub) emit(path dbus.ObjectPath, name string, body ...any) {
	if err := s.conn.Emit(path, name, body...); err != nil {
		s.t.Errorf("emit %s: %v", name, err)
	}
}

func (s *stub) CreateSession(sender dbus.Sender, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	session := portalPath + "/session/x/" + options["session_handle_token"].Value().(string)
	s.mu.Lock()
	s.session = dbus.ObjectPath(session)
	s.mu.Unlock()
	return s.request(sender, options, 0, map[string]dbus.Variant{"session_handle": dbus.MakeVariant(session)}), nil
}

type stubKey struct {
	ID    string
	About map[string]dbus.Variant
}

func (s *stub) BindShortcuts(sender dbus.Sender, session dbus.ObjectPath, keys []stubKey, parent string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session != s.session || len(keys) != 1 {
		s.t.Errorf("BindShortcuts: got session %s and %v, want %s and one key", session, keys, s.session)
	}
	s.trigger, _ = keys[0].About["preferred_trigger"].Value().(string)
	if s.none {
		keys = []stubKey{}
	}
	return s.request(sender, options, s.refuse, map[string]dbus.Variant{"shortcuts": dbus.MakeVariant(keys)}), nil
}

func (s *stub) turn(down bool, session dbus.ObjectPath, id string) {
	name := ".Deactivated"
	if down {
		name = ".Activated"
	}
	s.emit(portalPath, shortcutsIface+name, session, id, uint64(0), map[string]dbus.Variant{})
}

func TestPortal(t *testing.T) {
	address := newBus(t)
	s := newStub(t, address)
	l := listen(t, Options{Desktop: "portal", Bus: address})
	session, trigger := s.ours()
	if want := "CTRL+ALT+space"; trigger != want {
		t.Errorf("asked for %q, want %q", trigger, want)
	}
	s.turn(true, "/other/session", shortcutID)
	s.turn(true, session, "other key")
	s.turn(false, session, shortcutID)
	s.turn(true, session, shortcutID)
	s.turn(true, session, shortcutID)
	l.want(t, true)
	if !l.Held() {
		t.Error("Held: got false, want true")
	}
	s.turn(false, session, shortcutID)
	l.want(t, false)
	s.turn(true, session, shortcutID)
	l.want(t, true)
	s.emit(session, sessionIface+".Closed", map[string]dbus.Variant{})
	l.want(t, false)
	l.wantLost(t)
}

func TestPortalGoneWhileHeld(t *testing.T) {
	address := newBus(t)
	s := newStub(t, address)
	l := listen(t, Options{Desktop: "portal", Bus: address})
	session, _ := s.ours()
	s.turn(true, session, shortcutID)
	l.want(t, true)
	s.conn.Close()
	l.want(t, false)
	l.wantLost(t)
}

func TestPortalCannotBeForged(t *testing.T) {
	address := newBus(t)
	s := newStub(t, address)
	l := listen(t, Options{Desktop: "portal", Bus: address})
	session, _ := s.ours()
	other := connect(t, address)
	var us string
	for _, name := range names(t, other) {
		if strings.HasPrefix(name, ":") && name != s.conn.Names()[0] && name != other.Names()[0] {
			us = name
		}
	}
	// A signal sent to one connection passes by what that has asked to hear.
	msg := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldInterface: dbus.MakeVariant(shortcutsIface), dbus.FieldMember: dbus.MakeVariant("Activated"),
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath(portalPath)), dbus.FieldDestination: dbus.MakeVariant(us),
		dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(session, shortcutID, uint64(0), map[string]dbus.Variant{})),
	}, Body: []any{session, shortcutID, uint64(0), map[string]dbus.Variant{}}}
	if call := other.Send(msg, nil); call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	names(t, other) // a round trip: the bus has passed the signal on
	s.turn(false, session, shortcutID)
	s.turn(true, session, shortcutID)
	s.turn(false, session, shortcutID)
	l.want(t, true, false)
	select {
	case <-l.changes:
		t.Error("got a change from somebody who isn't the portal, want none")
	default:
	}
}

func names(t *testing.T, conn *dbus.Conn) []string {
	t.Helper()
	var out []string
	if err := conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPortalRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(*stub)
		want string
		is   error
	}{
		"user says no": {func(s *stub) { s.refuse = 1 }, "allow it when it asks", nil},
		"no key":       {func(s *stub) { s.none = true }, "choose one in its keyboard settings", ErrTaken},
		"silent":       {func(s *stub) { s.mute = true }, "does not answer", context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			address := newBus(t)
			newStub(t, address, test.set)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := Open(ctx, Options{Desktop: "portal", Bus: address})
			if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestNoPortal(t *testing.T) {
	address := newBus(t)
	_, err := Open(t.Context(), Options{Desktop: "portal", Bus: address})
	if !errors.Is(err, ErrNoDesktop) || !strings.Contains(err.Error(), "deputy ptt toggle") {
		t.Errorf("got %v, want %v and what to do instead", err, ErrNoDesktop)
	}
	// A portal without global shortcuts, as some desktops have.
	conn := connect(t, address)
	if _, err := conn.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if err := conn.Export(struct{}{}, portalPath, "org.freedesktop.portal.Other"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Desktop: "portal", Bus: address}); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("got %v from a portal without shortcuts, want %v", err, ErrNoDesktop)
	}
}
