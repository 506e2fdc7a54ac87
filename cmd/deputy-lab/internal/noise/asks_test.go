package noise

import (
	"testing"

	"deputy/agent/tool"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/rehearsal"
)

// TestNoiseTrialAsks: the trial gets its ask put at every level, in both
// languages, again and again, whatever the model is told beside the order.
func TestNoiseTrialAsks(t *testing.T) {
	cfg := cmdtest.Config(t)
	cfg.Agent.State, cfg.Agent.Workspace = t.TempDir(), t.TempDir()
	cfg.Journal.Path = cfg.Agent.State + "/journal.db"
	l := &noiseLedger{phrases: map[string]string{}}
	a, err := app.Build(t.Context(), cfg, app.Overrides{
		Deaf: true, Instant: true, Model: noiseModel{}, Tools: []tool.Tool{&rehearsal.Tool{}}, Rows: rehearsal.ToolRows,
		Said: l.said, Observe: l.observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	l.know(a)
	stop := a.Start(t.Context())
	plan := newNoisePlan(nil, nil, 0)
	for range 2 * len(noiseLevels) * len(noiseOrders) {
		s := plan.turn()
		if err := l.ask(t.Context(), a.Desk, s); err != nil {
			t.Errorf("%s, in %s: %v", s.level, s.language, err)
			break
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
