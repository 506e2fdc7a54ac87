package stops

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/tool"
	"deputy/audio"
	"deputy/cmd/deputy-lab/internal/noise"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/listen"
	"deputy/cmd/internal/rehearsal"
	"deputy/configs"
	"deputy/stt"
	"deputy/tts"
)

// The moments at which somebody refuses.
const (
	momentAsking = "while Deputy asks"
	momentAsk    = "ask stands"
	momentEarly  = "early in the grace"
	momentLate   = "late in the grace"
	momentSpoken = "in the grace while Deputy speaks"
	momentReport = "while Deputy reports"
	momentNote   = "note open"
)

var stopMoments = []string{momentAsking, momentAsk, momentEarly, momentLate, momentSpoken, momentReport, momentNote}

// A stopRoom is one Deputy that listens, for one moment.
type stopRoom struct {
	ctx   context.Context
	app   *app.App
	stage *listen.Stage
	talk  *rehearsal.Talker
	close func() error

	// mu guards what follows: the desk and the listener write.
	mu     sync.Mutex
	events []event.Event // since begin
	before []event.Event
	heard  []listen.Recognition
	held   time.Time // the end of the grace; zero before there is one
}

func openStopRoom(ctx context.Context, dir string, engine stt.Transcriber) (*stopRoom, error) {
	cfg := app.Within(configs.Default(), dir)
	cfg.Audio.Mode, cfg.Log.Level = "hands-free", "error"
	r := &stopRoom{stage: listen.NewStage(), talk: &rehearsal.Talker{}}
	a, err := app.Build(ctx, cfg, app.Overrides{
		Source: &hiss{Source: r.stage, rng: rand.New(rand.NewPCG(1, 1))}, Transcriber: engine, Model: stopModel{},
		Synthesizer: r.talk, Player: tts.Silent{}, Tools: []tool.Tool{&rehearsal.Tool{}}, Rows: rehearsal.ToolRows,
		Heard: r.hear, Observe: r.observe,
	})
	if err != nil {
		return nil, err
	}
	r.app, r.ctx, r.close = a, ctx, a.Start(ctx)
	return r, nil
}

// A hiss is a source with the noise floor of a quiet room, at about -75 dB.
type hiss struct {
	audio.Source
	rng *rand.Rand
}

func (h *hiss) Read(buf []float32) (int, error) {
	n, err := h.Source.Read(buf)
	for i := range buf[:n] {
		buf[i] += float32(h.rng.NormFloat64() * 0.00018)
	}
	return n, err
}

// A stopModel wants one irrevocable action or reports something long.
type stopModel struct{}

var (
	stopOrders    = map[string]string{"en": "send the report to finance", "ko": "재무팀에 보고서를 보내 줘"}
	stopQuestions = map[string]string{"en": "what is new in the report", "ko": "보고서에 새로운 게 뭐야"}
	stopReports   = map[string]string{"en": "Revenue rose by a tenth, and costs were flat.", "ko": "매출이 십 퍼센트 늘었고 비용은 그대로입니다."}
	stopNotes     = map[string]string{"en": "take a note", "ko": "메모해 줘"}
)

// Next is one turn.
func (stopModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		for lang := range stopOrders {
			switch {
			case noise.Wants(p, stopOrders[lang]):
				yield(model.Chunk{Call: &model.Call{ID: "1", Tool: "rehearse", Args: fmt.Appendf(nil, `{"level":"L3","text":%q}`, noise.NoiseSummaries[lang])}}, nil)
				return
			case noise.Wants(p, stopQuestions[lang]):
				yield(model.Chunk{Text: stopReports[lang]}, nil)
				return
			}
		}
		yield(model.Chunk{Text: "Done."}, nil)
	}
}

// prepare brings the desk to the moment.
func (r *stopRoom) prepare(ctx context.Context, moment, lang string) error {
	// The detector learns what the room is like.
	if err := noise.Pause(ctx, 500*time.Millisecond); err != nil {
		return err
	}
	is := func(match func(event.Body) bool) error { return r.await(ctx, moment, match) }
	switch moment {
	case momentNote:
		r.order(stopNotes[lang], lang)
		return r.rest(ctx)
	case momentReport:
		r.talk.Takes.Store(int64(longLine))
		r.order(stopQuestions[lang], lang)
		if err := is(func(b event.Body) bool { _, ok := b.(event.Speaking); return ok }); err != nil {
			return err
		}
		return noise.Pause(ctx, 300*time.Millisecond)
	}
	if moment == momentAsking {
		r.talk.Takes.Store(int64(longLine))
		r.order(stopOrders[lang], lang)
		if err := is(func(b event.Body) bool { _, ok := b.(event.Speaking); return ok }); err != nil {
			return err
		}
		return noise.Pause(ctx, 300*time.Millisecond)
	}
	r.order(stopOrders[lang], lang)
	ask := ""
	if err := is(func(b event.Body) bool {
		if a, ok := b.(event.Asked); ok {
			ask = a.Ask
		}
		_, ok := b.(event.AskDelivered)
		return ok
	}); err != nil {
		return err
	}
	if moment == momentAsk {
		return noise.Pause(ctx, 300*time.Millisecond)
	}
	if moment == momentSpoken {
		r.talk.Takes.Store(int64(1500 * time.Millisecond))
	}
	r.app.Desk.Tell(event.Answered{Ask: ask, Approve: true, By: "terminal"})
	return is(func(b event.Body) bool { _, ok := b.(event.EffectDelayed); return ok })
}

func (r *stopRoom) order(text, lang string) { r.app.Desk.Tell(control.Typed(text, lang)) }

// await waits until one of the events matches; match sees each once.
func (r *stopRoom) await(ctx context.Context, what string, match func(event.Body) bool) error {
	for seen, deadline := 0, time.Now().Add(20*time.Second); time.Now().Before(deadline); {
		r.mu.Lock()
		events := r.events[seen:]
		r.mu.Unlock()
		for _, e := range events {
			seen++
			if match(e.Body) {
				return nil
			}
		}
		if err := noise.Pause(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("%q did not come about within 20 s", what)
}

// rest waits until nothing is under way.
func (r *stopRoom) rest(ctx context.Context) error {
	var err error
	return errors.Join(noise.Settle(ctx, func() bool {
		rest, e := control.AtRest(ctx, r.app.Desk)
		err = e
		return e == nil && !rest
	}), err)
}

// begin takes note of events anew and says since when.
func (r *stopRoom) begin() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before, r.events, r.heard = r.events, nil, nil
	return time.Now()
}

// until is the end of the grace.
func (r *stopRoom) until() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held
}

// longLine is how long Deputy takes for what is spoken over: longer than the
// recogniser of a busy machine.
const longLine = 30 * time.Second

// observed is how long after the word, and after the grace, it is watched what
// comes of it.
const observed = 1500 * time.Millisecond

// speak plays a word into the microphone and waits for what comes of it.
func (r *stopRoom) speak(samples []float32) error {
	a := r.app
	tail := make([]float32, audio.Count(a.Config.Audio.Endpoint.Max+500*time.Millisecond))
	select {
	case <-r.stage.Play(append(samples, tail...)):
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
	if err := noise.Settle(r.ctx, a.Listener.Busy); err != nil {
		return err
	}
	return noise.Pause(r.ctx, max(0, time.Until(r.until()))+observed)
}

func (r *stopRoom) hear(h listen.Recognition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, h)
}

func (r *stopRoom) observe(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	if b, ok := e.Body.(event.EffectDelayed); ok {
		r.held = b.Until
	}
}
