package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"deputy/agent"
	"deputy/agent/journal"
)

// errNoInstance says that no desk runs that could be asked.
var errNoInstance error = sentence("err.no_instance")

// errAnother says that the desk is somebody else's.
var errAnother error = sentence("err.another_instance")

// errEnded says that the running Deputy went away in the middle.
var errEnded error = sentence("err.ended")

// A request is what another invocation wants of the running instance: one JSON
// object on one line.
type request struct {
	Do       string `json:"do"` // say, tasks, inbox, decide, grants, revoke, ptt, watch, metrics
	Text     string `json:"text,omitempty"`
	Language string `json:"language,omitempty"`
	ID       string `json:"id,omitempty"`
	Approve  bool   `json:"approve,omitempty"`
	All      bool   `json:"all,omitempty"`
	Timing   bool   `json:"timing,omitempty"` // tasks with their timelines
}

// A response is one line back. The last one has Done set.
type response struct {
	Kind  string          `json:"kind,omitempty"` // an event's
	Body  json.RawMessage `json:"body,omitempty"`
	At    time.Time       `json:"at,omitzero"`
	Error string          `json:"error,omitempty"`
	Done  bool            `json:"done,omitempty"`
}

// event is the event that the response carries.
func (r response) event() (agent.Event, error) {
	return agent.Decode(journal.Event{Kind: r.Kind, Time: r.At, Body: r.Body})
}

// A server lets other invocations of the same user reach the desk.
type server struct {
	desk  *agent.Desk
	feed  *feed
	keys  *pttKey // nil without push-to-talk
	trace *tracer
	// journal has the tasks that the desk has forgotten; nil where nobody asks.
	journal journal.Journal
}

// listenSocket opens the socket, only for this user. A socket left behind by a
// process that died is taken over; one that answers isn't.
func listenSocket(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a place for the socket: %w", err)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, errAnother
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	// The mode must be right from the first moment, not after a chmod.
	old := syscall.Umask(0o177)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	return l, nil
}

// serve answers until ctx ends.
func (s *server) serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("accept on the socket: %w", err)
		}
		all.Go(func() {
			defer c.Close()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(ctx, func() { c.Close() })()
			s.answer(ctx, c)
		})
	}
}

func (s *server) answer(ctx context.Context, c net.Conn) {
	out := json.NewEncoder(c)
	in := bufio.NewReaderSize(c, 64<<10)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return
	}
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		out.Encode(response{Error: "that request can't be read: " + err.Error(), Done: true})
		return
	}
	if err := s.handle(ctx, r, out); err != nil {
		out.Encode(response{Error: err.Error(), Done: true})
		return
	}
	out.Encode(response{Done: true})
}

func (s *server) handle(ctx context.Context, r request, out *json.Encoder) error {
	switch r.Do {
	case "say":
		return s.say(ctx, r, out)
	case "tasks":
		return s.tasks(ctx, r, out)
	case "metrics":
		return s.metrics(out)
	case "inbox":
		return s.list(ctx, out, func(st *agent.State) any { return askRows(st) })
	case "decide":
		return s.decide(ctx, r, out)
	case "grants":
		return s.list(ctx, out, func(st *agent.State) any { return grantRows(st) })
	case "revoke":
		return s.revoke(ctx, r)
	case "ptt":
		if s.keys == nil {
			return errors.New("this Deputy has no microphone, so there is nothing to hold the key for")
		}
		return s.keys.command(r.Text)
	case "watch":
		return s.watch(ctx, out)
	}
	return fmt.Errorf("this Deputy does not know %q; it may be an older version: restart it", r.Do)
}

// say gives the desk a typed line and streams what follows until it is at rest.
func (s *server) say(ctx context.Context, r request, out *json.Encoder) error {
	events, stop := s.feed.watch()
	defer stop()
	s.desk.Tell(typed(r.Text, r.Language))
	idle := time.NewTicker(100 * time.Millisecond)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-events:
			if !ok {
				return errors.New("too much happened at once to show it here; see: deputy tasks")
			}
			if err := send(out, e); err != nil {
				return err
			}
		case <-idle.C:
			// Every event so far is in the channel before the desk answers View.
			rest, err := atRest(ctx, s.desk)
			if err != nil {
				return err
			}
			if rest && len(events) == 0 {
				return nil
			}
		}
	}
}

// watch streams every event from now on until the other end hangs up. The first
// response is empty: it says that nothing will be missed from here.
func (s *server) watch(ctx context.Context, out *json.Encoder) error {
	events, stop := s.feed.watch()
	defer stop()
	if err := out.Encode(response{Kind: "watching"}); err != nil {
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

// atRest says whether the desk has nothing under way but what waits for the owner.
func atRest(ctx context.Context, d *agent.Desk) (rest bool, err error) {
	err = d.View(ctx, func(s *agent.State, busy int) { rest = busy == 0 && len(s.Lines) == 0 && len(s.Held) == 0 })
	return rest, err
}

// typed is a line from the owner's keyboard.
func typed(text, language string) agent.Heard {
	now := time.Now()
	return agent.Heard{Text: text, Language: language, Typed: true, Began: now, Ended: now}
}

func send(out *json.Encoder, e agent.Event) error {
	if e.Body.Kind() == "" {
		return nil
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return err
	}
	return out.Encode(response{Kind: e.Body.Kind(), Body: body, At: e.At})
}

func (s *server) list(ctx context.Context, out *json.Encoder, rows func(*agent.State) any) error {
	var v any
	if err := s.desk.View(ctx, func(st *agent.State, _ int) { v = rows(st) }); err != nil {
		return err
	}
	return encodeRows(out, v)
}

func encodeRows(out *json.Encoder, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return out.Encode(response{Kind: "rows", Body: body})
}

// tasks lists what the desk knows and, if all are asked for, what it has forgotten.
func (s *server) tasks(ctx context.Context, r request, out *json.Encoder) error {
	var rows []taskRow
	if err := s.desk.View(ctx, func(st *agent.State, _ int) { rows = taskRows(st, r.All) }); err != nil {
		return err
	}
	if r.All && s.journal != nil {
		old, err := forgottenRows(ctx, s.journal, rows)
		if err != nil {
			return err
		}
		rows = append(old, rows...)
	}
	if r.Timing {
		addTiming(rows, s.trace.turns())
	}
	return encodeRows(out, rows)
}

// decide answers one ask by name and says whether it was there to be answered.
func (s *server) decide(ctx context.Context, r request, out *json.Encoder) error {
	var open bool
	if err := s.desk.View(ctx, func(st *agent.State, _ int) {
		for _, a := range st.Asks {
			open = open || a.ID == r.ID
		}
	}); err != nil {
		return err
	}
	if !open {
		return fmt.Errorf("no decision %q is waiting; see: deputy inbox", r.ID)
	}
	events, stop := s.feed.watch()
	defer stop()
	s.desk.Tell(agent.Answered{Ask: r.ID, Approve: r.Approve, By: "socket", Reason: r.Text})
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-events:
			if !ok {
				return nil
			}
			if err := send(out, e); err != nil {
				return err
			}
			if d, is := e.Body.(agent.Decided); is && d.Ask == r.ID {
				return nil
			}
		}
	}
}

// ask sends a request to the running instance and gives each response to f.
func ask(ctx context.Context, path string, r request, f func(response) error) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return errNoInstance
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	// It may go away before it has read the request as well as after.
	if json.NewEncoder(c).Encode(r) != nil {
		return cmp.Or(ctx.Err(), errEnded)
	}
	in := json.NewDecoder(c)
	for {
		var resp response
		if in.Decode(&resp) != nil {
			return cmp.Or(ctx.Err(), errEnded)
		}
		if resp.Error != "" {
			return errors.New(resp.Error)
		}
		if resp.Done {
			return nil
		}
		if err := f(resp); err != nil {
			return err
		}
	}
}
