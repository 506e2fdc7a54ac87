package rehearsal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/audio"
)

// A ScriptedModel replies what a scene says, in order.
type ScriptedModel struct {
	// mu guards lines: the desk asks from its own goroutines, the scene adds.
	mu    sync.Mutex
	lines []scriptLine
}

type scriptLine struct {
	Text string          `json:"text"`
	Tool string          `json:"tool"`
	Args json.RawMessage `json:"args"`
}

// NewScriptedModel reads a reply a line.
func NewScriptedModel(data []byte) (*ScriptedModel, error) {
	m := &ScriptedModel{}
	in := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var l scriptLine
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("model, line %d: %w", n, err)
		}
		m.lines = append(m.lines, l)
	}
	return m, in.Err()
}

// next puts a reply before all others.
func (m *ScriptedModel) next(l scriptLine) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append([]scriptLine{l}, m.lines...)
}

// Next gives the next reply; when there is none left it ends the task.
func (m *ScriptedModel) Next(context.Context, model.Prompt) iter.Seq2[model.Chunk, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := scriptLine{Text: "Done."}
	if len(m.lines) > 0 {
		l, m.lines = m.lines[0], m.lines[1:]
	}
	return func(yield func(model.Chunk, error) bool) {
		if l.Text != "" && !yield(model.Chunk{Text: l.Text}, nil) {
			return
		}
		if l.Tool != "" {
			yield(model.Chunk{Call: &model.Call{ID: "1", Tool: l.Tool, Args: l.Args}}, nil)
		}
	}
}

// A Tool wants an action of any level; it only counts.
type Tool struct {
	// mu guards done: effects end on their own goroutines.
	mu   sync.Mutex
	done []string
}

type rehearsalArgs struct {
	Level string `json:"level"`
	Text  string `json:"text"`
}

// ToolRows says what a rehearsal's tool takes: what its plan states.
var ToolRows = map[string]policy.Tool{"rehearse": {
	Level: policy.Look, Why: policy.Words{En: "it only counts", Ko: "세기만 합니다"},
	Args: map[string]policy.Arg{"level": {Kind: policy.Text}, "text": {Kind: policy.Name}},
}}

func (*Tool) Spec() tool.Spec {
	return tool.Spec{
		Name: "rehearse", Description: "An action of a rehearsal.",
		Params: json.RawMessage(`{"type":"object","properties":{"level":{"type":"string"},"text":{"type":"string"}},"required":["level","text"]}`),
	}
}

func (t *Tool) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	var args rehearsalArgs
	if err := json.Unmarshal(raw, &args); err != nil {
		return tool.Action{}, err
	}
	levels := map[string]policy.Level{"L0": policy.Look, "L1": policy.Draft, "L2": policy.External, "L3": policy.Commit, "L4": policy.Restricted}
	level, ok := levels[args.Level]
	if !ok {
		return tool.Action{}, fmt.Errorf("there is no level %q: use L0 to L4", args.Level)
	}
	return tool.Action{
		Tool: "rehearse", Target: args.Text, Args: raw, Level: level, Summary: args.Text,
		Do: func(_ context.Context, key string) (tool.Result, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.done = append(t.done, key)
			return tool.Result{Text: "It is done."}, nil
		},
	}, nil
}

// A Talker says every line in a set time, without sound.
type Talker struct{ Takes atomic.Int64 }

// Synthesize gives that much quiet.
func (t *Talker) Synthesize(context.Context, string, string) (audio.Source, error) {
	return audio.Slice(make([]float32, max(1, audio.Count(time.Duration(t.Takes.Load())))), audio.Rate), nil
}
