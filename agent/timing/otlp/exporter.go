//go:build otlp

package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	trace "go.opentelemetry.io/otel/trace"

	"deputy/agent/timing"
)

// An Exporter sends turns one after the other. Give may be called from any
// goroutine; Run once.
type Exporter struct {
	o     Options
	log   *slog.Logger
	queue chan timing.Turn
	lost  atomic.Int64
}

// New checks the address. It starts nothing.
func New(o Options) (*Exporter, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an http or https address of a collector", o.URL)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	o.URL = u.String()
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Exporter{o: o, log: log, queue: make(chan timing.Turn, 256)}, nil
}

// Give queues a turn that has ended. It never blocks: what doesn't fit is lost.
// Of what nothing followed from nothing is sent.
func (e *Exporter) Give(t timing.Turn) {
	if t.Kind == timing.Noise || t.Kind == timing.Ignored {
		return
	}
	select {
	case e.queue <- t:
	default:
		e.lose("the queue is full", nil)
	}
}

// lose counts, and logs the first of each power of two.
func (e *Exporter) lose(why string, err error) {
	if n := e.lost.Add(1); n&(n-1) == 0 {
		e.log.Warn("timelines could not be exported: "+why, "turns", n, "err", err)
	}
}

// lastWords is how long after the end of ctx a request may go on.
const lastWords = time.Second

// Run sends until ctx ends, and then what is queued if that takes no second.
func (e *Exporter) Run(ctx context.Context) error {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		t := time.NewTimer(lastWords)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-sending.Done():
		}
	})()
	client, err := otlptracehttp.New(sending, otlptracehttp.WithEndpointURL(e.o.URL), otlptracehttp.WithTimeout(e.o.Timeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: 20 * time.Second,
		}))
	if err != nil {
		return fmt.Errorf("export timelines to %s: %w", e.o.URL, err)
	}
	made := &spans{}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.AlwaysSample()), sdktrace.WithSpanProcessor(made),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "deputy"), attribute.String("service.version", e.o.Version))),
	)
	tracer := provider.Tracer("deputy")
	for {
		select {
		case t := <-e.queue:
			e.send(sending, client, made, tracer, t)
			continue
		default:
		}
		select {
		case t := <-e.queue:
			e.send(sending, client, made, tracer, t)
		case <-ctx.Done():
			return client.Shutdown(sending)
		}
	}
}

func (e *Exporter) send(ctx context.Context, client sdktrace.SpanExporter, made *spans, tracer trace.Tracer, t timing.Turn) {
	record(ctx, tracer, t)
	if err := client.ExportSpans(ctx, made.take()); err != nil {
		e.lose("the collector did not take them", err)
	}
}

// spans collects what a tracer has ended. The vendor's own batcher reports its
// errors to the whole process; these come back to the one who sends. It is used
// by one goroutine.
type spans struct{ list []sdktrace.ReadOnlySpan }

func (s *spans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (s *spans) OnEnd(span sdktrace.ReadOnlySpan)                { s.list = append(s.list, span) }
func (s *spans) Shutdown(context.Context) error                  { return nil }
func (s *spans) ForceFlush(context.Context) error                { return nil }

func (s *spans) take() []sdktrace.ReadOnlySpan {
	list := s.list
	s.list = nil
	return list
}
