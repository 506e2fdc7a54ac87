package hotkey

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The portal's names, as in the documentation of xdg-desktop-portal.
const (
	portalName     = "org.freedesktop.portal.Desktop"
	portalPath     = "/org/freedesktop/portal/desktop"
	shortcutsIface = "org.freedesktop.portal.GlobalShortcuts"
	requestIface   = "org.freedesktop.portal.Request"
	sessionIface   = "org.freedesktop.portal.Session"
	shortcutID     = "push-to-talk"
	// answering is how long the portal may take; it may be asking the user.
	answering = 2 * time.Minute
)

// portal watches a key that the desktop bound for us, on Wayland.
type portal struct {
	conn    *dbus.Conn
	signals chan *dbus.Signal
	owner   string // the portal's unique name: anyone may send us signals
	session dbus.ObjectPath
}

func openPortal(ctx context.Context, bus string, keys Keys) (*portal, error) {
	connect := func() (*dbus.Conn, error) { return dbus.ConnectSessionBus() }
	if bus != "" {
		connect = func() (*dbus.Conn, error) { return dbus.Connect(bus) }
	}
	conn, err := connect()
	if err != nil {
		return nil, fmt.Errorf("%w: no session bus: %w", ErrNoDesktop, err)
	}
	p := &portal{conn: conn, signals: make(chan *dbus.Signal, 16)}
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	if err := p.bind(ctx, keys); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// close ends the session, and the binding with it.
func (p *portal) close() { p.conn.Close() }

// bind makes a session and asks for the key in it.
func (p *portal) bind(ctx context.Context, keys Keys) error {
	p.conn.Signal(p.signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(portalName), dbus.WithMatchInterface(shortcutsIface)},
		{dbus.WithMatchSender(portalName), dbus.WithMatchInterface(requestIface)},
		{dbus.WithMatchSender(portalName), dbus.WithMatchInterface(sessionIface)},
		{dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, portalName)},
	} {
		if err := p.conn.AddMatchSignalContext(ctx, match...); err != nil {
			return fmt.Errorf("listen to the desktop portal: %w", err)
		}
	}
	desktop := p.conn.Object(portalName, portalPath)
	if err := desktop.CallWithContext(ctx, "org.freedesktop.DBus.Peer.Ping", 0).Err; err != nil { // starts it
		return noPortal(err)
	}
	if err := p.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, portalName).Store(&p.owner); err != nil {
		return noPortal(err)
	}
	made, err := p.ask(ctx, "CreateSession", func(o map[string]dbus.Variant) []any {
		o["session_handle_token"] = dbus.MakeVariant(token())
		return []any{o}
	})
	if err != nil {
		return err
	}
	session, _ := made["session_handle"].Value().(string)
	p.session = dbus.ObjectPath(session)
	if !p.session.IsValid() {
		return fmt.Errorf("the desktop portal gave no session but %v", made)
	}
	type shortcut struct {
		ID    string
		About map[string]dbus.Variant
	}
	wanted := []shortcut{{shortcutID, map[string]dbus.Variant{
		"description":       dbus.MakeVariant("Deputy: push to talk"),
		"preferred_trigger": dbus.MakeVariant(keys.portal()),
	}}}
	bound, err := p.ask(ctx, "BindShortcuts", func(o map[string]dbus.Variant) []any {
		return []any{p.session, wanted, "", o}
	})
	if err != nil {
		return err
	}
	var got []shortcut
	if v, ok := bound["shortcuts"]; ok && v.Store(&got) == nil && len(got) == 0 {
		return fmt.Errorf("%w: the desktop gave none for push-to-talk; choose one in its keyboard settings", ErrTaken)
	}
	return nil
}

// noPortal says what to do without one.
func noPortal(err error) error {
	return fmt.Errorf("%w: no desktop portal for global keys; let the desktop's own keyboard settings run: deputy ptt toggle: %w", ErrNoDesktop, err)
}

// ask calls a method whose answer comes as a signal of a request object.
func (p *portal) ask(ctx context.Context, method string, args func(options map[string]dbus.Variant) []any) (map[string]dbus.Variant, error) {
	name := token()
	sender := strings.ReplaceAll(strings.TrimPrefix(p.conn.Names()[0], ":"), ".", "_")
	request := dbus.ObjectPath(portalPath + "/request/" + sender + "/" + name)
	options := map[string]dbus.Variant{"handle_token": dbus.MakeVariant(name)}
	var given dbus.ObjectPath
	err := p.conn.Object(portalName, portalPath).CallWithContext(ctx, shortcutsIface+"."+method, 0, args(options)...).Store(&given)
	var refused dbus.Error
	switch {
	case errors.As(err, &refused) && (strings.HasSuffix(refused.Name, ".UnknownMethod") || strings.HasSuffix(refused.Name, ".UnknownInterface")):
		return nil, noPortal(err)
	case err != nil:
		return nil, fmt.Errorf("ask the desktop portal (%s): %w", method, err)
	}
	for {
		select {
		case s, ok := <-p.signals:
			if !ok || p.gone(s) {
				return nil, fmt.Errorf("%w: the desktop portal ended", ErrNoDesktop)
			}
			// Old portals name the request themselves.
			if s.Name != requestIface+".Response" || s.Sender != p.owner || s.Path != request && s.Path != given {
				continue
			}
			var code uint32
			var results map[string]dbus.Variant
			if err := dbus.Store(s.Body, &code, &results); err != nil {
				return nil, fmt.Errorf("read the desktop portal's answer: %w", err)
			}
			if code != 0 {
				return nil, fmt.Errorf("the desktop did not give the key for push-to-talk (%s ended with %d); allow it when it asks, or choose another", method, code)
			}
			return results, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("the desktop portal does not answer (%s): %w", method, ctx.Err())
		}
	}
}

func token() string { return "deputy_" + strings.ToLower(rand.Text()) }

// gone says whether a signal means the end of the portal or of the session.
func (p *portal) gone(s *dbus.Signal) bool {
	switch s.Name {
	case "org.freedesktop.DBus.NameOwnerChanged":
		var name, before, after string
		return s.Sender == "org.freedesktop.DBus" && dbus.Store(s.Body, &name, &before, &after) == nil && name == portalName && before == p.owner
	case sessionIface + ".Closed":
		return s.Sender == p.owner && s.Path == p.session
	}
	return false
}

func (p *portal) watch(ctx context.Context, turn chan<- bool) error {
	down := false
	for {
		select {
		case s, ok := <-p.signals:
			if !ok || p.gone(s) {
				return fmt.Errorf("%w: the desktop portal ended the session", ErrLost)
			}
			now, ours := p.ours(s)
			if !ours || now == down {
				continue
			}
			down = now
			select {
			case turn <- down:
			case <-ctx.Done():
				return nil
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// ours says whether a signal is about our key, and whether it is down by it.
func (p *portal) ours(s *dbus.Signal) (down, ours bool) {
	down = s.Name == shortcutsIface+".Activated"
	if !down && s.Name != shortcutsIface+".Deactivated" || s.Sender != p.owner || len(s.Body) < 2 {
		return false, false
	}
	session, _ := s.Body[0].(dbus.ObjectPath)
	id, _ := s.Body[1].(string)
	return down, session == p.session && id == shortcutID
}
