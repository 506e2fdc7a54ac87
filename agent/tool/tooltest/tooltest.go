package tooltest

import (
	"encoding/json"
	"testing"

	"deputy/agent/tool"
)

func Args(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func Planned(t *testing.T, tool tool.Tool, v any) tool.Action {
	t.Helper()
	a, err := tool.Plan(t.Context(), Args(t, v))
	if err != nil {
		t.Fatalf("plan %+v: %v", v, err)
	}
	again, err := tool.Plan(t.Context(), a.Args)
	if err != nil {
		t.Fatalf("plan again %s: %v", a.Args, err)
	}
	if string(again.Args) != string(a.Args) || again.Target != a.Target || again.Level != a.Level || again.Summary != a.Summary {
		t.Errorf("planned again: got %+v, want %+v", again, a)
	}
	return a
}
