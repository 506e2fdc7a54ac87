//go:build otlp

package otlp

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	trace "go.opentelemetry.io/otel/trace"

	"deputy/agent/timing"
)

// record makes the spans of a turn: one for all of it, and under it one for the
// hearing, each turn of the model, each ask and each effect.
func record(ctx context.Context, tracer trace.Tracer, t timing.Turn) {
	marks := t.Marks()
	if len(marks) == 0 {
		return
	}
	last := marks[len(marks)-1].At
	ctx, root := tracer.Start(ctx, "turn", trace.WithNewRoot(), trace.WithTimestamp(marks[0].At), trace.WithAttributes(
		attribute.String("deputy.kind", string(t.Kind)), attribute.String("deputy.task", t.Task),
		attribute.Bool("deputy.typed", t.Typed), attribute.String("deputy.status", t.Status),
	))
	for _, m := range marks {
		switch m.Name {
		case "heard", "accepted", "acknowledged", "first_sound", "done", "reported":
			root.AddEvent(m.Name, trace.WithTimestamp(m.At))
		}
	}
	b := spanBuilder{ctx, tracer, last}
	b.span("hearing", t.SpeechEnd, t.Ready, false, points{{"draft", t.Draft}, {"endpoint", t.Endpoint}})
	for _, r := range t.Replies {
		b.span("model", r.Asked, r.Ended, r.Failed, points{{"first_token", r.Token}, {"first_sentence", r.Sentence}}, attribute.Int("deputy.model.turn", r.Turn))
	}
	for _, f := range t.Effects {
		b.span("ask", f.Composed, f.Decided, false, points{{"ask_posed", f.Posed}, {"answer_heard", f.Answered}},
			attribute.String("deputy.ask", f.Ask), attribute.String("deputy.tool", f.Tool), attribute.String("deputy.level", f.Level),
			attribute.Int("deputy.posings", f.Posings), attribute.Bool("deputy.approved", f.Approved), attribute.String("deputy.by", f.By))
		b.span("effect", f.Started, f.Ended, f.Outcome == "failed", nil,
			attribute.String("deputy.tool", f.Tool), attribute.String("deputy.level", f.Level), attribute.String("deputy.outcome", f.Outcome))
	}
	root.End(trace.WithTimestamp(last))
}

// points are what happened within a span.
type points []struct {
	name string
	at   time.Time
}

// A spanBuilder makes spans under the turn that ctx holds.
type spanBuilder struct {
	ctx    context.Context
	tracer trace.Tracer
	last   time.Time
}

// span draws one that has begun; one that never ended goes on to the end of the turn.
func (b spanBuilder) span(name string, from, to time.Time, failed bool, within points, attrs ...attribute.KeyValue) {
	if from.IsZero() {
		return
	}
	if to.Before(from) {
		to = b.last
	}
	_, s := b.tracer.Start(b.ctx, name, trace.WithTimestamp(from), trace.WithAttributes(attrs...))
	for _, point := range within {
		if !point.at.IsZero() {
			s.AddEvent(point.name, trace.WithTimestamp(point.at))
		}
	}
	if failed {
		s.SetStatus(codes.Error, "")
	}
	s.End(trace.WithTimestamp(to))
}
