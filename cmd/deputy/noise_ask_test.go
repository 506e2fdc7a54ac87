package main

import (
	"context"
	"testing"

	"deputy/agent/tool"
	"deputy/cmd/internal/cmdtest"
)

// TestNoiseTrialAsks: the trial gets its ask put at every level, in both
// languages, again and again, whatever the model is told beside the order.
func TestNoiseTrialAsks(t *testing.T) {
	cfg := cmdtest.Config(t)
	cfg.Agent.State, cfg.Agent.Workspace = t.TempDir(), t.TempDir()
	cfg.Journal.Path = cfg.Agent.State + "/journal.db"
	l := &noiseLedger{phrases: map[string]string{}}
	h, err := build(t.Context(), cfg, parts{
		deaf: true, instant: true, model: noiseModel{}, tools: []tool.Tool{&rehearsalTool{}}, rows: rehearsalRows,
		said: l.said, observe: l.observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	l.know(h)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	plan := newNoisePlan(nil, nil, 0)
	for range 2 * len(noiseLevels) * len(noiseOrders) {
		s := plan.turn()
		if err := l.ask(ctx, h.desk, s); err != nil {
			t.Errorf("%s, in %s: %v", s.level, s.language, err)
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := h.close(); err != nil {
		t.Error(err)
	}
}
