package openai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"deputy/agent/model"
)

// grace is how long the end of the stream is waited for once the reply is whole.
const grace = 2 * time.Second

// errStopped ends a reply whose reader wants no more of it.
var errStopped = errors.New("stopped")

// Next implements model.Model. Ending the loop early, like cancelling ctx,
// closes the request at once, so that the server stops computing.
func (m *Model) Next(ctx context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		err := m.next(ctx, p, func(c model.Chunk) bool { return yield(c, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(model.Chunk{}, err)
		}
	}
}

// System is the system message that p's requests begin with. It depends on
// p.System and p.Tools only.
func (m *Model) System(p model.Prompt) string {
	if m.o.Tools == Schema && len(p.Tools) > 0 {
		return schemaSystem(p)
	}
	return p.System
}

// Warm lets the server read p, so that what p begins with is in its prompt
// cache. The reply is one token, thrown away. It waits as long as ctx does.
func (m *Model) Warm(ctx context.Context, p model.Prompt) error {
	if err := m.check(); err != nil {
		return err
	}
	if len(p.Messages) == 0 {
		p.Messages = []model.Message{{Role: model.User, Text: "."}}
	}
	req, _ := m.request(p)
	req.Model = m.name(ctx)
	if req.MaxTokens > 0 {
		req.MaxTokens = 1
	}
	s, err := m.open(ctx, req)
	if err != nil {
		return m.explain(ctx, nil, err)
	}
	defer s.Close()
	for {
		if _, err := s.RecvRaw(); err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return m.explain(ctx, nil, err)
		}
	}
}

func (m *Model) next(ctx context.Context, p model.Prompt, emit func(model.Chunk) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	req, r := m.request(p)
	began := time.Now()
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := newWatch(m.o.FirstToken, m.o.Held, cancel)
	defer w.stop()

	req.Model = m.name(inner)
	s, err := m.openRetrying(inner, req, w)
	if err != nil {
		return m.explain(ctx, inner, err)
	}
	defer s.Close()
	t := turn{m: m, r: r, w: w, emit: emit, began: began}
	err = t.read(ctx, s)
	if errors.Is(err, errLooping) {
		// What was said was said; what would follow is more of it.
		m.log.Info("reply cut: it repeats itself", "model", m.o.Model)
		return nil
	}
	if err != nil {
		if errors.Is(err, errStopped) || errors.Is(err, model.ErrMalformed) && ctx.Err() == nil {
			return err
		}
		return m.explain(ctx, inner, err)
	}
	m.log.Debug("reply", "model", m.o.Model, "first", t.first, "took", time.Since(began), "prompt", t.prompt, "completion", t.completion)
	return nil
}

func (m *Model) open(ctx context.Context, req openai.ChatCompletionRequest) (*openai.ChatCompletionStream, error) {
	return m.client.CreateChatCompletionStream(ctx, req)
}

// name is the model to ask for. If none is configured it is the first that the
// server lists, found out once; a server that lists none is asked without.
func (m *Model) name(ctx context.Context) string {
	if m.o.Model != "" {
		return m.o.Model
	}
	if name, ok := m.chosen.Load().(string); ok {
		return name
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	list, err := m.client.ListModels(ctx)
	if err != nil {
		return ""
	}
	for _, x := range list.Models {
		if x.ID != "" && !strings.Contains(strings.ToLower(x.ID), "embed") { // those can't talk
			m.chosen.Store(x.ID)
			m.log.Info("model chosen", "model", x.ID)
			return x.ID
		}
	}
	return ""
}

// A turn is one reply being read.
type turn struct {
	m      *Model
	r      reader
	w      *watch
	emit   func(model.Chunk) bool
	end    ending
	whole  bool // all that matters is here
	loop   loopGuard
	events int
	began  time.Time
	// For the log: time to the first token, tokens of prompt and reply.
	first              time.Duration
	prompt, completion int
}

// read takes the whole stream in and gives out its chunks.
func (t *turn) read(ctx context.Context, s *openai.ChatCompletionStream) error {
	for {
		raw, err := s.RecvRaw()
		if e := ctx.Err(); e != nil {
			return e // even if the reply is whole: nobody wants it
		}
		if err == io.EOF || err != nil && t.whole {
			break
		}
		if err != nil {
			return t.broken(err)
		}
		if err := t.take(raw); err != nil {
			return err
		}
	}
	switch t.end {
	case cutShort:
		return malformed("the reply was cut off after %d tokens; say or write less at once", t.m.o.MaxTokens)
	case filtered:
		return errFiltered
	}
	if t.events == 0 {
		return &notAPI{"an empty stream"}
	}
	text, calls, err := t.r.finish()
	if err != nil {
		return err
	}
	if text != "" && !t.emit(model.Chunk{Text: text}) {
		return errStopped
	}
	for i := range calls {
		if !t.emit(model.Chunk{Call: &calls[i]}) {
			return errStopped
		}
	}
	return nil
}

var errFiltered = errors.New("the server withheld the rest of the reply (content filter): put the order differently")

func (t *turn) take(raw []byte) error {
	var ev event
	if err := json.Unmarshal(raw, &ev); err != nil {
		return &notAPI{"an event that is no JSON (" + shorten(string(raw)) + ")"}
	}
	if kind, words := serverError(raw); words != "" {
		return &statusError{kind: kind, words: words}
	}
	t.events++
	if ev.Usage != nil {
		t.prompt, t.completion = ev.Usage.Prompt, ev.Usage.Completion
	}
	for i := range ev.Choices {
		c := &ev.Choices[i]
		if c.Index != 0 {
			continue
		}
		if t.first == 0 && !c.Delta.empty() {
			t.first = time.Since(t.began)
			if !t.emit(model.Chunk{}) { // a call is whole much later
				return errStopped
			}
		}
		text, err := t.r.take(&c.Delta)
		if err != nil {
			return err
		}
		if text != "" && !t.emit(model.Chunk{Text: text}) {
			return errStopped
		}
		if t.loop.take(text) {
			return errLooping
		}
		t.renew(&c.Delta, readEnding(c.Finish))
	}
	return nil
}

// renew buys time for a delta that carried something. What comes once the reply
// is whole buys no more than one grace.
func (t *turn) renew(d *delta, end ending) {
	if t.end == unfinished {
		t.end = end
	}
	switch {
	case t.whole:
	case t.end != unfinished || t.r.done():
		t.whole = true
		t.w.renew(grace)
	case !d.empty():
		t.w.renew(t.m.o.BetweenTokens)
	}
}

// broken says what a stream that ended in its middle means.
func (t *turn) broken(err error) error {
	var e *endError
	if errors.As(err, &e) && t.events == 0 {
		if e.head == "" {
			return &notAPI{"an empty stream"}
		}
		return &notAPI{"something that is no event stream (" + e.head + ")"}
	}
	return err
}
