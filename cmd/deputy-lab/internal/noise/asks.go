package noise

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/state"
	"deputy/cmd/internal/control"
)

// noiseLevels are the levels at which Deputy asks.
var noiseLevels = []string{"L2", "L3", "L4"}

// noiseOrders are what the owner types; the level is for the model.
var noiseOrders = map[string]string{"en": "send the report to finance, trial %s", "ko": "재무팀에 보고서를 보내 줘, 시험 %s"}

// NoiseSummaries are what the asks are about: things that an answer may name.
var NoiseSummaries = map[string]string{"en": "send the report to finance", "ko": "재무팀에 보고서 보내기"}

// A noiseModel wants one action of the level that its order names; of an order
// that came out of noise it says that it is done.
type noiseModel struct{}

// Next is one turn.
func (noiseModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		for lang, order := range noiseOrders {
			for _, level := range noiseLevels {
				if Wants(p, fmt.Sprintf(order, level)) {
					yield(model.Chunk{Call: &model.Call{ID: "1", Tool: "rehearse", Args: fmt.Appendf(nil, `{"level":%q,"text":%q}`, level, NoiseSummaries[lang])}}, nil)
					return
				}
			}
		}
		yield(model.Chunk{Text: "Done."}, nil)
	}
}

// Wants says whether a task has just begun with an order. What the model is told
// beside the order, such as the time, stands before it.
func Wants(p model.Prompt, order string) bool {
	last := len(p.Messages) - 1
	return last >= 0 && p.Messages[last].Role == model.User && strings.HasSuffix(p.Messages[last].Text, order)
}

// ask gives up whatever waits and puts an ask for the stretch.
func (l *noiseLedger) ask(ctx context.Context, d *agent.Desk, s noiseStretch) error {
	var waiting []string
	if err := d.View(ctx, func(st *state.State, _ int) {
		for _, a := range st.Asks {
			waiting = append(waiting, a.ID)
		}
	}); err != nil {
		return err
	}
	for _, id := range waiting {
		d.Tell(event.Answered{Ask: id, By: "terminal"})
	}
	l.order(fmt.Sprintf(noiseOrders[s.language], s.level), s.language)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !l.asking(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("an ask of %s was not put within 20 s", s.level)
		}
	}
	return nil
}

// keepAsking puts the ask again when it was parked, set aside for what was taken
// for an order, or decided. It is called by the desk, which telling never makes
// wait.
func (l *noiseLedger) keepAsking(b event.Body) {
	switch b := b.(type) {
	case event.AskDeferred, event.AskSuspended:
		l.desk.Tell(control.Typed("what's waiting", "en"))
	case event.Decided:
		if b.By != "terminal" {
			l.desk.Tell(control.Typed(l.last.Text, l.last.Language))
		}
	}
}
