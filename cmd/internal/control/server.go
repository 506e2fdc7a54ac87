package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/timing"
)

// A Server lets other invocations of the same user reach the desk.
type Server struct {
	Desk *agent.Desk
	Feed *Feed
	// Turns are the timelines of the last turns; Metrics writes what was counted.
	Turns   func() []timing.Turn
	Metrics func(io.Writer) error
	// Key holds and releases the push-to-talk key; nil without a microphone.
	Key func(what string) error
	// Journal has the tasks that the desk has forgotten; nil where nobody asks.
	Journal journal.Journal
	// Language is that of what is shown and refused; "" is the locale's.
	Language string
	// showing is held while a decision stands in somebody's terminal: one at a time.
	showing sync.Mutex
}

func (s *Server) handle(ctx context.Context, r Request, c *conn) error {
	out := c.out
	switch r.Do {
	case "say":
		return s.say(ctx, r, c)
	case "tasks":
		return s.tasks(ctx, r, out)
	case "metrics":
		return s.metrics(out)
	case "inbox":
		return s.list(ctx, out, func(st *state.State) any { return askRows(st) })
	case "decide":
		return s.decide(ctx, r, c)
	case "grants":
		return s.list(ctx, out, func(st *state.State) any { return grantRows(st) })
	case "revoke":
		return s.revoke(ctx, r, c)
	case "ptt":
		if s.Key == nil {
			return errors.New("this Deputy has no microphone, so there is nothing to hold the key for")
		}
		return s.Key(r.Text)
	case "watch":
		return s.watch(ctx, out)
	}
	return fmt.Errorf("this Deputy does not know %q; it may be an older version: restart it", r.Do)
}

// say gives the desk a typed line and streams what comes of it, until nothing more
// will but what the owner decides.
func (s *Server) say(ctx context.Context, r Request, c *conn) error {
	h := Typed(r.Text, r.Language)
	h.Socket, h.Origin = true, c.origin()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	return s.follow(ctx, h, func(e event.Event) error { return send(c.out, e) }, func() error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
			return nil
		}
	})
}

// follow tells the desk a request and gives f every event that comes of it. While
// more is to come it waits, and looks again.
func (s *Server) follow(ctx context.Context, b event.Body, f func(event.Event) error, wait func() error) error {
	events, stop := s.Feed.Watch()
	defer stop()
	cause := rand.Text()
	s.Desk.TellFor(cause, b)
	for {
		// Every event so far is in the channel before the desk answers.
		rests, err := s.Desk.Rests(ctx, cause)
		if err != nil {
			return err
		}
		for range len(events) {
			e, ok := <-events
			if !ok {
				return errors.New("too much happened at once to show it here; see: deputy tasks")
			}
			if e.Cause == cause {
				if err := f(e); err != nil {
					return err
				}
			}
		}
		if rests {
			return nil
		}
		if err := wait(); err != nil {
			return err
		}
	}
}

// watch streams every event from now on until the other end hangs up. The first
// response is empty: it says that nothing will be missed from here.
func (s *Server) watch(ctx context.Context, out *json.Encoder) error {
	events, stop := s.Feed.Watch()
	defer stop()
	if err := out.Encode(Response{Kind: "watching"}); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-events:
			if !ok {
				return errors.New("too much happened at once to show it here; see: deputy log show")
			}
			if err := send(out, e); err != nil {
				return err
			}
		}
	}
}

// AtRest says whether the desk has nothing under way but what waits for the owner.
func AtRest(ctx context.Context, d *agent.Desk) (rest bool, err error) {
	err = d.View(ctx, func(s *state.State, busy int) { rest = busy == 0 && len(s.Lines) == 0 && len(s.Delayed) == 0 })
	return rest, err
}

// Typed is a line from the owner's keyboard.
func Typed(text, language string) event.Heard {
	now := time.Now()
	return event.Heard{Text: text, Language: language, Typed: true, Began: now, Ended: now}
}

func send(out *json.Encoder, e event.Event) error {
	if e.Body.Kind() == "" {
		return nil
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return err
	}
	return out.Encode(Response{Kind: e.Body.Kind(), Body: body, At: e.At})
}

func (s *Server) list(ctx context.Context, out *json.Encoder, rows func(*state.State) any) error {
	var v any
	if err := s.Desk.View(ctx, func(st *state.State, _ int) { v = rows(st) }); err != nil {
		return err
	}
	return encodeRows(out, v)
}

func encodeRows(out *json.Encoder, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return out.Encode(Response{Kind: "rows", Body: body})
}

// tasks lists what the desk knows and, if all are asked for, what it has forgotten.
func (s *Server) tasks(ctx context.Context, r Request, out *json.Encoder) error {
	var rows []TaskRow
	if err := s.Desk.View(ctx, func(st *state.State, _ int) { rows = taskRows(st, r.All) }); err != nil {
		return err
	}
	if r.All && s.Journal != nil {
		old, err := forgottenRows(ctx, s.Journal, rows)
		if err != nil {
			return err
		}
		rows = append(old, rows...)
	}
	if r.Timing {
		addTiming(rows, s.Turns())
	}
	return encodeRows(out, rows)
}

// errEnough ends following.
var errEnough = errors.New("enough was seen")

// waiting is a decision that waits, and whether it must be read before it is
// approved: the level is L4, or not all of it could be said.
func (s *Server) waiting(ctx context.Context, id string) (row AskRow, mustShow bool, err error) {
	found := false
	err = s.Desk.View(ctx, func(st *state.State, _ int) {
		for i, a := range st.Asks {
			if a.ID == id {
				found, row, mustShow = true, askRows(st)[i], a.Cut || st.Effects[a.Key].Level == policy.Restricted
			}
		}
	})
	if err == nil && !found {
		err = notWaiting(id)
	}
	return row, mustShow, err
}

func notWaiting(id string) error {
	return fmt.Errorf("no decision %q is waiting; see: deputy inbox", id)
}

// decide answers one ask by name and says whether it was there to be answered: the
// desk decides in the step that takes the answer, and what follows isn't waited for.
func (s *Server) decide(ctx context.Context, r Request, c *conn) error {
	row, mustShow, err := s.waiting(ctx, r.ID)
	if err != nil {
		return err
	}
	answer := event.Answered{Origin: c.origin(), Ask: r.ID, Approve: r.Approve, By: string(event.Socket), Reason: r.Text}
	if r.Approve && mustShow {
		if answer.Shown, err = s.show(ctx, c, row); err != nil {
			return err
		}
	}
	decided := false
	err = s.follow(ctx, answer, func(e event.Event) error {
		d, is := e.Body.(event.Decided)
		decided = decided || is && d.Ask == r.ID
		return send(c.out, e)
	}, func() error { return errEnough })
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if !decided {
		return notWaiting(r.ID)
	}
	return nil
}

// metrics sends what was counted, as one text.
func (s *Server) metrics(out *json.Encoder) error {
	var text strings.Builder
	if err := s.Metrics(&text); err != nil {
		return err
	}
	body, err := json.Marshal(text.String())
	if err != nil {
		return err
	}
	return out.Encode(Response{Kind: "metrics", Body: body})
}

// revoke takes one permission back and waits until it is gone.
func (s *Server) revoke(ctx context.Context, r Request, c *conn) error {
	has := func() (found bool, err error) {
		err = s.Desk.View(ctx, func(st *state.State, _ int) {
			found = slices.ContainsFunc(st.Grants, func(g *state.Grant) bool { return g.ID == r.ID })
		})
		return found, err
	}
	found, err := has()
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no permission %q; see: deputy grants", r.ID)
	}
	s.Desk.Tell(event.Withdrawn{Origin: c.origin(), Grant: r.ID, By: string(event.Socket)})
	if found, err = has(); err == nil && found { // the desk works off what it was told in order
		err = errors.New("the permission could not be taken back; see: deputy log show")
	}
	return err
}
