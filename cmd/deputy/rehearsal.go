package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/agent/state"
	"deputy/agent/tool"
	"deputy/cmd/internal/control"
	"deputy/configs"
	"deputy/tts"
)

// A rehearsal is a scene being played.
type rehearsal struct {
	scene    scene
	dir      string // its own
	from     string // where the recordings are looked for
	cfg      configs.Config
	patience time.Duration

	spoken int64 // the number of the last utterance that no microphone heard
	house  *house
	stage  *stage  // nil without recordings
	talk   *talker // nil where every line is said at once
	model  *scriptedModel
	tool   *rehearsalTool
	events []event.Event // since the last direction that was not an expectation
	all    []event.Event
	feed   <-chan event.Event
	stop   func() error
	seen   func(event.Event) // called with every event; may be nil
	// audible says that a line is being spoken.
	audible bool
}

// play follows every direction; the first that fails ends the scene.
func (r *rehearsal) play(ctx context.Context) (err error) {
	r.tool = &rehearsalTool{}
	if r.scene.model != nil {
		if r.model, err = newScriptedModel(r.scene.model); err != nil {
			return err
		}
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	for _, d := range r.scene.directions {
		if d.verb != "expect" {
			r.events = nil
		}
		if err := r.follow(ctx, d); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", r.scene.name, d.line, d, err)
		}
	}
	return nil
}

// open starts a house for the scene.
func (r *rehearsal) open(ctx context.Context) error {
	p := parts{tools: []tool.Tool{r.tool}, rows: rehearsalRows, instant: true}
	if r.scene.has("talk") {
		r.talk = &talker{}
		p.instant, p.synthesizer, p.player = false, r.talk, tts.Silent{}
	}
	if r.model != nil {
		p.model = r.model
	}
	if r.scene.has("play") {
		r.stage = newStage()
		p.source = r.stage
	}
	h, err := build(ctx, r.cfg, p)
	if err != nil {
		return err
	}
	r.house = h
	feed, unwatch := h.feed.Watch()
	r.feed = feed
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	r.stop = func() error {
		cancel()
		err := <-ended
		unwatch()
		return errors.Join(err, h.close())
	}
	return r.rest(ctx)
}

func (r *rehearsal) follow(ctx context.Context, d direction) error {
	switch d.verb {
	case "play":
		samples, err := r.recording(ctx, d.args[0])
		if err != nil {
			return err
		}
		return errors.Join(r.put(ctx, samples), r.turn(ctx))
	case "say":
		return r.hear(ctx, d.args[0], 0.97, d.args[1:])
	case "mumble":
		return r.hear(ctx, d.args[0], 0.3, nil)
	case "talk":
		t, err := time.ParseDuration(d.args[0])
		r.talk.takes.Store(int64(t))
		return err
	case "type":
		text, err := r.fill(ctx, d.args[0])
		if err != nil {
			return err
		}
		r.house.desk.Tell(control.Typed(text, ""))
		return r.turn(ctx)
	case "ask":
		return r.ask(ctx, d.args[0], d.args[1])
	case "silence":
		t, err := time.ParseDuration(d.args[0])
		if err != nil {
			return err
		}
		return r.pass(ctx, t)
	case "restart":
		if err := r.stop(); err != nil {
			return err
		}
		return r.open(ctx)
	case "expect":
		return r.expect(ctx, d.args)
	}
	return fmt.Errorf("there is no direction %q", d.verb)
}

// fill puts the code word of the posed ask into a text.
func (r *rehearsal) fill(ctx context.Context, text string) (string, error) {
	if !strings.Contains(text, "{code}") {
		return text, nil
	}
	var code string
	err := r.house.desk.View(ctx, func(s *state.State, _ int) {
		for _, a := range s.Asks {
			if !a.Posed.IsZero() {
				code = a.Code
			}
		}
	})
	if err == nil && code == "" {
		err = errors.New("no ask with a code word is posed")
	}
	return strings.ReplaceAll(text, "{code}", code), err
}

// ask has the model want an action of a level.
func (r *rehearsal) ask(ctx context.Context, level, text string) error {
	if r.model == nil {
		return errors.New("ask needs a scripted model: add a file named model to the scene, it may be empty")
	}
	r.model.next(scriptLine{Tool: "rehearse", Args: []byte(fmt.Sprintf(`{"level":%q,"text":%q}`, level, text))})
	r.house.desk.Tell(control.Typed("send this: "+text, "en"))
	return r.turn(ctx)
}

// rest waits until nothing is under way but what waits for the owner.
func (r *rehearsal) rest(ctx context.Context) error { return r.await(ctx, control.AtRest) }

// turn waits until the owner might speak: nothing is under way but what waits for
// the owner, waits in its grace or, where Deputy takes its time, is being said.
func (r *rehearsal) turn(ctx context.Context) error {
	return r.await(ctx, func(ctx context.Context, d *agent.Desk) (turn bool, err error) {
		err = d.View(ctx, func(s *state.State, busy int) {
			turn = busy == 0 && (len(s.Lines) == 0 || r.talk != nil && r.talk.takes.Load() > 0 && r.audible)
		})
		return turn, err
	})
}

// await waits until the desk is so far.
func (r *rehearsal) await(ctx context.Context, so func(context.Context, *agent.Desk) (bool, error)) error {
	deadline := time.Now().Add(r.patience)
	for time.Now().Before(deadline) {
		if err := r.pass(ctx, 30*time.Millisecond); err != nil {
			return err
		}
		rest, err := so(ctx, r.house.desk)
		if err != nil {
			return err
		}
		if rest && len(r.feed) == 0 && (r.house.listener == nil || !r.house.listener.busy()) {
			return nil
		}
	}
	return fmt.Errorf("something is still under way after %v: %s", r.patience, r.summary())
}

// pass lets time go by and takes note of what happens meanwhile.
func (r *rehearsal) pass(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case e, open := <-r.feed:
			if !open {
				return errors.New("the desk has ended")
			}
			r.note(e)
		case <-t.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *rehearsal) note(e event.Event) {
	switch e.Body.(type) {
	case event.Speaking:
		r.audible = true
	case event.Spoken:
		r.audible = false
	}
	r.events = append(r.events, e)
	r.all = append(r.all, e)
	if r.seen != nil {
		r.seen(e)
	}
}

// longestSummary is how many events a summary shows.
const longestSummary = 30

// summary lists what has happened last since the last direction.
func (r *rehearsal) summary() string {
	var parts []string
	for _, e := range r.events {
		if k := e.Body.Kind(); k != "" {
			parts = append(parts, k)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	if n := len(parts) - longestSummary; n > 0 {
		parts = slices.Replace(parts, 0, n, "...")
	}
	return strings.Join(parts, ", ")
}
