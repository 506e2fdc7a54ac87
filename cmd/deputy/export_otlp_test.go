//go:build otlp

package main

import (
	"bytes"
	"context"
	"deputy/agent/tool"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/rehearsal"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestTimingIsExported: where a collector is configured the turns reach it, and
// nothing that was said does.
func TestTimingIsExported(t *testing.T) {
	got := make(chan []byte, 16)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- raw
	}))
	defer collector.Close()
	cfg := cmdtest.Config(t)
	cfg.Trace.OTLP = collector.URL
	m, err := rehearsal.NewScriptedModel([]byte(`{"tool":"rehearse","args":{"level":"L1","text":"the heron"}}` + "\n" + `{"text":"The pelican is fed."}`))
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Build(t.Context(), cfg, app.Overrides{Model: m, Deaf: true, Instant: true, Tools: []tool.Tool{&rehearsal.Tool{}}, Rows: rehearsal.ToolRows})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	a.Desk.Tell(control.Typed("feed the flamingo", "en"))
	raw := <-got
	cancel()
	if err := errors.Join(<-ended, a.Close()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"turn", "model", "effect", "rehearse", "first_token", "deputy.task"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("there is no %q in what was sent", want)
		}
	}
	for _, secret := range []string{"flamingo", "heron", "pelican"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%q was sent: a collector must learn no word", secret)
		}
	}
}
