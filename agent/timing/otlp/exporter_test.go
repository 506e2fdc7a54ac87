//go:build otlp

package otlp

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"deputy/agent/timing"
)

var zero = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return zero.Add(time.Duration(ms) * time.Millisecond) }

// A fakeCollector takes what an OTLP collector takes.
type fakeCollector struct {
	*httptest.Server
	got chan *collector.ExportTraceServiceRequest
}

// newCollector answers with status until the test ends.
func newCollector(t *testing.T, status int) *fakeCollector {
	c := &fakeCollector{got: make(chan *collector.ExportTraceServiceRequest, 16)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/traces" {
			t.Errorf("got %s, want /v1/traces", r.URL.Path)
		}
		var in io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			in = z
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		req := &collector.ExportTraceServiceRequest{}
		if err := proto.Unmarshal(raw, req); err != nil {
			t.Errorf("not OTLP: %v", err)
		}
		w.WriteHeader(status)
		c.got <- req
	}))
	t.Cleanup(c.Close)
	return c
}

// lines lists the spans of a request, a line each, in the order of their beginning.
func lines(req *collector.ExportTraceServiceRequest) []string {
	var list []*tracepb.Span
	for _, r := range req.ResourceSpans {
		for _, s := range r.ScopeSpans {
			list = append(list, s.Spans...)
		}
	}
	names := map[string]string{}
	for _, s := range list {
		names[string(s.SpanId)] = s.Name
	}
	slices.SortFunc(list, func(a, b *tracepb.Span) int {
		return int(int64(a.StartTimeUnixNano)-int64(b.StartTimeUnixNano))*2 + len(a.ParentSpanId) - len(b.ParentSpanId)
	})
	var out []string
	ms := func(ns uint64) int64 { return (int64(ns) - zero.UnixNano()) / int64(time.Millisecond) }
	for _, s := range list {
		l := fmt.Sprintf("%s<%s %d-%d", s.Name, names[string(s.ParentSpanId)], ms(s.StartTimeUnixNano), ms(s.EndTimeUnixNano))
		for _, e := range s.Events {
			l += fmt.Sprintf(" %s=%d", e.Name, ms(e.TimeUnixNano))
		}
		if s.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
			l += " failed"
		}
		out = append(out, l)
	}
	return out
}

// full is a turn with everything in it.
func full() timing.Turn {
	return timing.Turn{
		Kind: timing.Order, Task: "t1", SpeechEnd: at(0), Draft: at(150), Endpoint: at(400), Ready: at(450), Heard: at(451), Accepted: at(452),
		Sound: at(1000), Done: at(8000), Reported: at(9000), Status: "done",
		Replies: []timing.Reply{{Turn: 1, Asked: at(453), Token: at(600), Ended: at(900)}, {Turn: 2, Asked: at(7601), Failed: true, Ended: at(7900)}},
		Effects: []timing.Effect{{Key: "k", Tool: "send_mail", Level: "L3 commit", Ask: "a1", Composed: at(910), Posed: at(2990), Answered: at(5000),
			Decided: at(5450), Approved: true, By: "voice", Started: at(7450), Ended: at(7600), Outcome: "done"}},
	}
}

func TestExport(t *testing.T) {
	c := newCollector(t, http.StatusOK)
	e, err := New(Options{URL: c.URL, Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	e.Give(timing.Turn{Kind: timing.Noise, SpeechEnd: at(0)}) // isn't sent
	e.Give(full())
	req := <-c.got
	got := strings.Join(lines(req), "\n")
	want := strings.Join([]string{
		"turn< 0-9000 heard=451 accepted=452 first_sound=1000 done=8000 reported=9000",
		"hearing<turn 0-450 draft=150 endpoint=400",
		"model<turn 453-900 first_token=600",
		"ask<turn 910-5450 ask_posed=2990 answer_heard=5000",
		"effect<turn 7450-7600",
		"model<turn 7601-7900 failed",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, want := range []string{`"deputy"`, `"v1"`, `"send_mail"`, `"t1"`, `"voice"`} {
		if !strings.Contains(req.String(), want) {
			t.Errorf("there is no %s in the request", want)
		}
	}
	// What is queued when Deputy ends is sent yet.
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	e.Give(full())
	if err := e.Run(ctx); err != nil {
		t.Error(err)
	}
	if n := len(lines(<-c.got)); n != 6 {
		t.Errorf("got %d spans at the end, want 6", n)
	}
}

// TestExportNeverBlocks: without anybody who sends, the turns are lost, counted.
func TestExportNeverBlocks(t *testing.T) {
	e, err := New(Options{URL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	for range cap(e.queue) + 3 {
		e.Give(full())
	}
	if n := e.lost.Load(); n != 3 {
		t.Errorf("got %d lost, want 3", n)
	}
}

// TestExportRefused: a collector that refuses costs its turn and no more.
func TestExportRefused(t *testing.T) {
	c := newCollector(t, http.StatusBadRequest)
	e, err := New(Options{URL: c.URL})
	if err != nil {
		t.Fatal(err)
	}
	e.Give(full())
	e.Give(full())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	<-c.got
	<-c.got
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := e.lost.Load(); n != 2 {
		t.Errorf("got %d lost, want 2", n)
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"http://h:4318": "http://h:4318/v1/traces", "https://h/": "https://h/v1/traces", "http://h/own": "http://h/own",
		"": "", "h:4318": "", "ftp://h": "", "http://": "",
	} {
		e, err := New(Options{URL: in})
		if (err != nil) != (want == "") || err == nil && e.o.URL != want {
			t.Errorf("%q: got %+v (%v), want %q", in, e, err, want)
		}
	}
}
