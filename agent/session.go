package agent

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"deputy/agent/event"
	"deputy/agent/tool"
)

// progressEvery is how often a live effect's progress is told at most.
const progressEvery = 250 * time.Millisecond

// mostSteering is how many of the owner's sentences wait for a live effect.
const mostSteering = 64

// A session is a live effect under way, as the effect sees the desk.
type session struct {
	d      *Desk
	effect event.Intended
	cause  string
	cancel context.CancelCauseFunc
	steer  chan string
	// mu guards the rest: the effect may ask from several goroutines.
	mu   sync.Mutex
	asks map[string]chan tool.Answer // what it waits for, by call
	told time.Time                   // when progress was told last
}

func (s *session) Steered() <-chan string { return s.steer }

func (s *session) Progress(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.told) >= progressEvery {
		s.told = now
		s.d.TellFor(s.cause, event.Progressed{Task: s.effect.Task, Key: s.effect.Key, Text: text})
	}
}

func (s *session) Ask(ctx context.Context, a tool.Action) (tool.Answer, error) {
	answer := make(chan tool.Answer, 1)
	call := s.effect.Call + "/" + rand.Text()[:8] // no other session of the same effect has it
	s.mu.Lock()
	s.asks[call] = answer
	s.mu.Unlock()
	s.d.TellFor(s.cause, event.PermissionAsked{Key: s.effect.Key, Call: call, Action: a})
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return tool.Answer{}, context.Cause(ctx)
	}
}

// answer gives the answer to what the effect asked for.
func (s *session) answer(i event.AnswerEffect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer := s.asks[i.Call]; answer != nil {
		delete(s.asks, i.Call)
		answer <- i.Answer
	}
}

// session is what a live effect is given, with its context; of any other there is none.
// It belongs to Run until the effect's end is told.
func (h *executor) session(cause string, f event.Intended) (context.Context, *session) {
	if !f.Live {
		return h.effects, nil
	}
	ctx, cancel := context.WithCancelCause(h.effects)
	s := &session{d: h.d, effect: f, cause: cause, cancel: cancel, steer: make(chan string, mostSteering), asks: map[string]chan tool.Answer{}}
	h.sessions[f.Key] = s
	return ctx, s
}

// toSession carries out an intent for a live effect; one that has ended needs none.
func (h *executor) toSession(key string, f func(*session)) {
	if s := h.sessions[key]; s != nil {
		f(s)
	}
}

// steered gives the effect the owner's words.
func (s *session) steered(text string) {
	select {
	case s.steer <- text:
	default:
		s.d.log.Warn("an effect doesn't listen to what it is told", "tool", s.effect.Tool)
	}
}
