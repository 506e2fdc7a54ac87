package agent_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal/journaltest"
	"deputy/agent/model"
	"deputy/configs/phrases"
)

// answering is a model that knows one answer.
type answering string

func (a answering) Next(context.Context, model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) { yield(model.Chunk{Text: string(a)}, nil) }
}

// spoken is a voice that says every line at once.
type spoken struct{ desk *agent.Desk }

func (v *spoken) Say(_ context.Context, l event.Line) error {
	fmt.Println(l.Text)
	v.desk.Tell(event.Speaking{Line: l.ID})
	v.desk.Tell(event.Spoken{Line: l.ID, Ended: time.Now(), Whole: true})
	return nil
}
func (v *spoken) Hush(context.Context) error { return nil }
func (v *spoken) Chime(context.Context) error {
	v.desk.Tell(event.Chimed{Began: time.Now(), Ended: time.Now()})
	return nil
}

// A desk is told what was heard, and says what came of it.
func ExampleDesk() {
	voice := &spoken{}
	closed := make(chan struct{})
	desk := agent.NewDesk(agent.Options{
		Rules: core.Rules{Phrases: phrases.Embedded()}, Journal: &journaltest.Memory{}, Model: answering("You have two meetings."), Voice: voice,
		Observe: func(e event.Event) {
			if _, ok := e.Body.(event.Reported); ok {
				close(closed)
			}
		},
	})
	voice.desk = desk
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- desk.Run(ctx) }()
	desk.Tell(event.Heard{Text: "what is on today", Language: "en", Typed: true, Ended: time.Now()})
	<-closed
	cancel()
	<-ended
	// Output: You have two meetings.
}
