package rehearsal

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
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/tts"
)

// A Rehearsal is a scene being played.
type Rehearsal struct {
	scene    scene
	dir      string // its own
	from     string // where the recordings are looked for
	Config   configs.Config
	Patience time.Duration

	spoken int64 // the number of the last utterance that no microphone heard
	App    *app.App
	Stage  *listen.Stage // nil without recordings
	talk   *Talker       // nil where every line is said at once
	model  *ScriptedModel
	tool   *Tool
	events []event.Event // since the last direction that was not an expectation
	all    []event.Event
	Feed   <-chan event.Event
	stop   func() error
	Seen   func(event.Event) // called with every event; may be nil
	// audible says that a line is being spoken.
	audible bool
}

// play follows every direction; the first that fails ends the scene.
func (r *Rehearsal) play(ctx context.Context) (err error) {
	r.tool = &Tool{}
	if r.scene.model != nil {
		if r.model, err = NewScriptedModel(r.scene.model); err != nil {
			return err
		}
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	for _, d := range r.scene.directions {
		if d.Verb != "expect" {
			r.events = nil
		}
		if err := r.follow(ctx, d); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", r.scene.name, d.Line, d, err)
		}
	}
	return nil
}

// open starts a Deputy for the scene.
func (r *Rehearsal) open(ctx context.Context) error {
	p := app.Overrides{Tools: []tool.Tool{r.tool}, Rows: ToolRows, Instant: true}
	if r.scene.has("talk") {
		r.talk = &Talker{}
		p.Instant, p.Synthesizer, p.Player = false, r.talk, tts.Silent{}
	}
	if r.model != nil {
		p.Model = r.model
	}
	if r.scene.has("play") {
		r.Stage = listen.NewStage()
		p.Source = r.Stage
	}
	a, err := app.Build(ctx, r.Config, p)
	if err != nil {
		return err
	}
	r.App = a
	feed, unwatch := a.Feed.Watch()
	r.Feed = feed
	stop := a.Start(ctx)
	r.stop = func() error {
		defer unwatch()
		return stop()
	}
	return r.Rest(ctx)
}

func (r *Rehearsal) follow(ctx context.Context, d Direction) error {
	switch d.Verb {
	case "play":
		samples, err := r.recording(ctx, d.Args[0])
		if err != nil {
			return err
		}
		return errors.Join(r.put(ctx, samples), r.turn(ctx))
	case "say":
		return r.hear(ctx, d.Args[0], 0.97, d.Args[1:])
	case "mumble":
		return r.hear(ctx, d.Args[0], 0.3, nil)
	case "talk":
		t, err := time.ParseDuration(d.Args[0])
		r.talk.Takes.Store(int64(t))
		return err
	case "type":
		text, err := r.fill(ctx, d.Args[0])
		if err != nil {
			return err
		}
		r.App.Desk.Tell(control.Typed(text, ""))
		return r.turn(ctx)
	case "ask":
		return r.ask(ctx, d.Args[0], d.Args[1])
	case "silence":
		t, err := time.ParseDuration(d.Args[0])
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
		return r.expect(ctx, d.Args)
	}
	return fmt.Errorf("there is no direction %q", d.Verb)
}

// fill puts the code word of the posed ask into a text.
func (r *Rehearsal) fill(ctx context.Context, text string) (string, error) {
	if !strings.Contains(text, "{code}") {
		return text, nil
	}
	var code string
	err := r.App.Desk.View(ctx, func(s *state.State, _ int) {
		for _, a := range s.Asks {
			if !a.Delivered.IsZero() {
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
func (r *Rehearsal) ask(ctx context.Context, level, text string) error {
	if r.model == nil {
		return errors.New("ask needs a scripted model: add a file named model to the scene, it may be empty")
	}
	r.model.next(scriptLine{Tool: "rehearse", Args: []byte(fmt.Sprintf(`{"level":%q,"text":%q}`, level, text))})
	r.App.Desk.Tell(control.Typed("send this: "+text, "en"))
	return r.turn(ctx)
}

// Rest waits until nothing is under way but what waits for the owner.
func (r *Rehearsal) Rest(ctx context.Context) error { return r.await(ctx, control.AtRest) }

// turn waits until the owner might speak: nothing is under way but what waits for
// the owner, waits in its grace or, where Deputy takes its time, is being said.
func (r *Rehearsal) turn(ctx context.Context) error {
	return r.await(ctx, func(ctx context.Context, d *agent.Desk) (turn bool, err error) {
		err = d.View(ctx, func(s *state.State, busy int) {
			turn = busy == 0 && (len(s.Lines) == 0 || r.talk != nil && r.talk.Takes.Load() > 0 && r.audible)
		})
		return turn, err
	})
}

// await waits until the desk is so far.
func (r *Rehearsal) await(ctx context.Context, so func(context.Context, *agent.Desk) (bool, error)) error {
	deadline := time.Now().Add(r.Patience)
	for time.Now().Before(deadline) {
		if err := r.pass(ctx, 30*time.Millisecond); err != nil {
			return err
		}
		rest, err := so(ctx, r.App.Desk)
		if err != nil {
			return err
		}
		if rest && len(r.Feed) == 0 && (r.App.Listener == nil || !r.App.Listener.Busy()) {
			return nil
		}
	}
	return fmt.Errorf("something is still under way after %v: %s", r.Patience, r.summary())
}

// pass lets time go by and takes note of what happens meanwhile.
func (r *Rehearsal) pass(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case e, open := <-r.Feed:
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

func (r *Rehearsal) note(e event.Event) {
	switch e.Body.(type) {
	case event.Speaking:
		r.audible = true
	case event.Spoken:
		r.audible = false
	}
	r.events = append(r.events, e)
	r.all = append(r.all, e)
	if r.Seen != nil {
		r.Seen(e)
	}
}

// longestSummary is how many events a summary shows.
const longestSummary = 30

// summary lists what has happened last since the last direction.
func (r *Rehearsal) summary() string {
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
