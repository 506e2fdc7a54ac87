package timing_test

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal/journaltest"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/timing"
	"deputy/agent/tool"
)

// wording is keys for phrases.
type wording struct{}

func (wording) Phrase(_, key string, _ map[string]string) string { return key }
func (wording) CodeWords(string) []string                        { return []string{"falcon", "copper"} }

// slowModel writes for a while: 300 ms to its first token, 200 ms to each piece.
type slowModel struct{ replies [][]model.Chunk }

func (m *slowModel) Next(ctx context.Context, _ model.Prompt) iter.Seq2[model.Chunk, error] {
	chunks := m.replies[0]
	m.replies = m.replies[1:]
	return func(yield func(model.Chunk, error) bool) {
		time.Sleep(300 * time.Millisecond)
		if !yield(model.Chunk{}, nil) {
			return
		}
		for _, c := range chunks {
			time.Sleep(200 * time.Millisecond)
			if !yield(c, nil) {
				return
			}
		}
	}
}

// postman is a tool that takes 50 ms and needs the code word.
type postman struct{}

func (postman) Spec() tool.Spec {
	return tool.Spec{Name: "post", Params: json.RawMessage(`{"type":"object"}`)}
}

func (postman) Plan(_ context.Context, args json.RawMessage) (tool.Action, error) {
	return tool.Action{Tool: "post", Target: "there", Args: args, Level: policy.Commit, Summary: "post",
		Do: func(context.Context, string) (tool.Result, error) {
			time.Sleep(50 * time.Millisecond)
			return tool.Result{Text: "posted"}, nil
		}}, nil
}

// speaker is a voice: 100 ms to the first sample of a line, a second to its end.
type speaker struct{ lines chan event.Line }

func (s speaker) Say(_ context.Context, l event.Line) error { s.lines <- l; return nil }
func (speaker) Hush(context.Context) error                  { return nil }
func (speaker) Chime(context.Context) error                 { return nil }

func (s speaker) run(d *agent.Desk) {
	for l := range s.lines {
		time.Sleep(100 * time.Millisecond)
		d.Tell(event.Speaking{Line: l.ID, At: time.Now()})
		time.Sleep(900 * time.Millisecond)
		d.Tell(event.Spoken{Line: l.ID, Ended: time.Now(), Whole: true})
	}
}

// whole speaks each piece of a reply as it comes.
type whole struct{}

func (whole) Push(s string) []string { return []string{s} }
func (whole) Flush() []string        { return nil }

// TestTimelineOfADesk: a real desk in virtual time, one order with an ask.
func TestTimelineOfADesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zero := time.Now()
		collector := &timing.Collector{}
		var ended []timing.Turn
		code := ""
		voice := speaker{lines: make(chan event.Line, 16)}
		model := &slowModel{replies: [][]model.Chunk{
			{{Call: &model.Call{ID: "x", Tool: "post", Args: json.RawMessage(`{}`)}}},
			{{Text: "It is posted."}, {Text: "All of it."}},
		}}
		desk := agent.NewDesk(agent.Options{
			Rules: core.Rules{Phrases: wording{}, Grace: 2 * time.Second, Policy: policy.Policy{Table: policy.Table{Tools: map[string]policy.Tool{
				"post": {Level: policy.Commit, Why: policy.Words{En: "a test"}},
			}}}},
			Journal: &journaltest.Memory{}, Model: model, Tools: []tool.Tool{postman{}}, Voice: voice,
			Split: func() agent.Splitter { return whole{} },
			Observe: func(e event.Event) {
				if p, ok := e.Body.(event.AskPresented); ok {
					code = p.Code
				}
				ended = append(ended, collector.Observe(e)...)
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- desk.Run(ctx) }()
		go voice.run(desk)
		hear := func(id int64, text string) {
			end := time.Now()
			time.Sleep(450 * time.Millisecond)
			synctest.Wait() // the desk is not at the collector
			ended = append(ended, collector.Hear(timing.Hearing{Utterance: id, SpeechEnd: end, Draft: end.Add(150 * time.Millisecond), Endpoint: end.Add(400 * time.Millisecond), Ready: time.Now()})...)
			desk.Tell(event.Heard{Utterance: id, Text: text, Language: "en", Confidence: 0.97, Lowest: 0.9, Voiced: 0.95, SNR: 30, Began: end.Add(-500 * time.Millisecond), Ended: end})
		}
		hear(1, "post the letter please")
		time.Sleep(3550 * time.Millisecond) // the ask is over
		synctest.Wait()
		hear(2, "approve "+code)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		var got []string
		for _, turn := range ended {
			got = append(got, string(turn.Kind)+" "+turn.Task)
			for _, m := range turn.Marks() {
				got = append(got, strings.TrimSpace(m.Name+" "+m.Of)+" "+m.At.Sub(zero).String())
			}
		}
		want := []string{
			"answer t1", "speech_end 4s", "draft 4.15s", "endpoint 4.4s", "transcript 4.45s", "heard 4.45s", "first_sound 4.55s",
			"order t1", "speech_end 0s", "draft 150ms", "endpoint 400ms", "transcript 450ms", "heard 450ms", "accepted 450ms",
			"model_asked 1 450ms", "first_token 1 750ms", "ask_composed a1 post 950ms", "model_done 1 950ms", "first_sound 1.05s",
			"ask_posed a1 post 1.95s", "answer_heard a1 post 4s", "decided a1 post 4.45s",
			"effect_started a1 post 6.9s", "effect_ended a1 post 6.95s", "model_asked 2 6.95s", "first_token 2 7.25s", "first_sentence 2 7.45s",
			"model_done 2 7.65s", "done 7.65s", "reported 10.45s", // two sentences, and what was done
		}
		if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
			t.Errorf("got\n%s\nwant\n%s", g, w)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		close(voice.lines)
	})
}
