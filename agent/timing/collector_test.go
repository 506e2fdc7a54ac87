package timing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/policy"
)

var zero = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return zero.Add(time.Duration(ms) * time.Millisecond) }

// A thing is what happened at a millisecond: a Hearing or an event's body.
type thing struct {
	ms   int
	what any
}

// play folds things and returns the turns that ended.
func play(b *Collector, things ...thing) (ended []Turn) {
	for _, x := range things {
		switch v := x.what.(type) {
		case Hearing:
			ended = append(ended, b.Hear(v)...)
		case event.Body:
			ended = append(ended, b.Observe(event.Event{At: at(x.ms), Body: v})...)
		}
	}
	return ended
}

// draw is a turn in one line: its kind, its task, and its marks with their milliseconds.
func draw(t Turn) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s:", t.Kind, t.Task)
	for _, m := range t.Marks() {
		fmt.Fprintf(&s, " %s", m.Name)
		if m.Of != "" {
			fmt.Fprintf(&s, "(%s)", m.Of)
		}
		fmt.Fprintf(&s, "=%d", m.At.Sub(zero).Milliseconds())
	}
	return s.String()
}

func said(utterance int64, end int) event.Heard {
	return event.Heard{Utterance: utterance, Text: "secret", Began: at(end - 900), Ended: at(end)}
}

func hearing(utterance int64, end int) Hearing {
	return Hearing{Utterance: utterance, SpeechEnd: at(end), Draft: at(end + 150), Endpoint: at(end + 400), Ready: at(end + 450), Took: 280 * time.Millisecond}
}

func TestTimelines(t *testing.T) {
	approved := said(2, 5000)
	for _, tt := range []struct {
		name   string
		things []thing
		want   []string // the turns that ended, in order
	}{
		{"an order that is answered in sentences", []thing{
			{450, hearing(1, 0)},
			{451, said(1, 0)}, {451, event.TaskOpened{Task: "t1"}}, {451, event.Thinking{Task: "t1", Turn: 1}},
			{600, event.Begun{Task: "t1", Turn: 1}},
			{700, event.Sentence{Task: "t1", Turn: 1}}, {700, event.Queued{Line: "l1", Task: "t1"}},
			{800, event.Sentence{Task: "t1", Turn: 1}}, {800, event.Queued{Line: "l2", Task: "t1"}},
			{820, event.Speaking{Line: "l1", At: at(815)}},
			{900, event.Replied{Task: "t1", Turn: 1}}, {900, event.TaskClosed{Task: "t1", Status: event.Done}},
			{1500, event.Spoken{Line: "l1", Whole: true}}, {1501, event.Speaking{Line: "l2", At: at(1501)}},
			{2000, event.Spoken{Line: "l2", Whole: true}}, {2000, event.Reported{Task: "t1"}},
		}, []string{"order t1: speech_end=0 draft=150 endpoint=400 transcript=450 heard=451 accepted=451 model_asked(1)=451 first_token(1)=600 " +
			"first_sentence(1)=700 first_sound=815 model_done(1)=900 done=900 reported=2000"}},

		{"an order that is asked for and approved aloud", []thing{
			{451, said(1, 0)}, {451, event.TaskOpened{Task: "t1"}}, {451, event.Thinking{Task: "t1", Turn: 1}},
			{880, event.Chimed{Began: at(700), Ended: at(870)}},
			{900, event.Replied{Task: "t1", Turn: 1}},
			{910, event.Intended{Task: "t1", Key: "k", Tool: "send_mail", Level: policy.Commit}}, {910, event.Asked{Task: "t1", Ask: "a1", Key: "k"}},
			{910, event.Queued{Line: "l1", Task: "t1"}}, {910, event.AskPresented{Task: "t1", Ask: "a1", Line: "l1"}},
			{950, event.Speaking{Line: "l1", At: at(950)}},
			{3000, event.Spoken{Line: "l1", Whole: true}}, {3000, event.AskDelivered{Task: "t1", Ask: "a1", At: at(2990)}},
			{5450, hearing(2, 5000)},
			{5451, approved}, {5451, event.Decided{Task: "t1", Ask: "a1", Key: "k", Approve: true, By: "voice", Answer: &approved}},
			{5451, event.Queued{Line: "l2", Reply: true}},
			{5500, event.Speaking{Line: "l2", At: at(5500)}}, {6000, event.Spoken{Line: "l2", Whole: true}},
			{7451, event.Started{Task: "t1", Key: "k"}}, {7600, event.Ended{Task: "t1", Key: "k"}}, {7600, event.Thinking{Task: "t1", Turn: 2}},
			{8000, event.Replied{Task: "t1", Turn: 2}}, {8000, event.TaskClosed{Task: "t1", Status: event.Done}}, {8000, event.Queued{Line: "l3", Task: "t1"}},
			{9000, event.Spoken{Line: "l3", Whole: true}}, {9000, event.Reported{Task: "t1"}},
		}, []string{
			"answer t1: speech_end=5000 draft=5150 endpoint=5400 transcript=5450 heard=5451 first_sound=5500",
			"order t1: speech_end=0 heard=451 accepted=451 model_asked(1)=451 acknowledged=700 model_done(1)=900 ask_composed(a1 send_mail)=910 first_sound=950 " +
				"ask_posed(a1 send_mail)=2990 answer_heard(a1 send_mail)=5000 decided(a1 send_mail)=5451 effect_started(a1 send_mail)=7451 " +
				"effect_ended(a1 send_mail)=7600 model_asked(2)=7600 model_done(2)=8000 done=8000 reported=9000",
		}},

		{"decided by name: no answer was heard", []thing{
			{0, event.Heard{Typed: true}}, {0, event.TaskOpened{Task: "t1"}},
			{10, event.Intended{Task: "t1", Key: "k", Tool: "run"}}, {10, event.Asked{Task: "t1", Ask: "a1", Key: "k"}},
			{20, event.Answered{Ask: "a1"}}, {20, event.Decided{Task: "t1", Ask: "a1", Key: "k", By: "socket"}},
			{20, event.TaskClosed{Task: "t1", Status: event.Cancelled}}, {20, event.Reported{Task: "t1"}},
		}, []string{"order t1: heard=0 accepted=0 decided(a1 run)=20 done=20 reported=20"}},

		{"what is said of nobody's order is no order's sound", []thing{
			{0, said(1, -400)}, {0, event.TaskOpened{Task: "t1"}},
			{10, event.Queued{Line: "l1"}}, {20, event.Speaking{Line: "l1", At: at(20)}}, // a reminder
			{30, event.TaskClosed{Task: "t1"}}, {30, event.Reported{Task: "t1"}},
		}, []string{"order t1: speech_end=-400 heard=0 accepted=0 done=30 reported=30"}},

		{"a verb", []thing{
			{0, said(1, -400)}, {0, event.Notified{}}, {0, event.Queued{Line: "l1", Reply: true}},
			{20, event.Speaking{Line: "l1", At: at(20)}}, {500, event.Spoken{Line: "l1", Whole: true}},
		}, []string{"local : speech_end=-400 heard=0 first_sound=20"}},

		{"undo is answered in a later step", []thing{
			{0, event.Heard{Typed: true}}, {9, event.Undone{Key: "k"}}, {9, event.Queued{Line: "l1", Reply: true}},
			{20, event.Speaking{Line: "l1", At: at(20)}}, {500, event.Spoken{Line: "l1", Whole: true}},
		}, []string{"local : heard=0 first_sound=20"}},

		{"nothing said in answer: it ends with the next event", []thing{
			{0, said(1, -400)}, {50, event.Reminded{}},
		}, []string{"local : speech_end=-400 heard=0"}},

		{"ignored: what is said about it is nobody else's", []thing{
			{0, said(1, -400)}, {0, event.TaskOpened{Task: "t1"}},
			{8, hearing(2, 5)}, {10, event.Ignored{Utterance: 2, Why: event.Foreign}}, {10, event.Queued{Line: "l1", Reply: true}},
			{20, event.Speaking{Line: "l1", At: at(20)}},
			{30, event.TaskClosed{Task: "t1"}}, {30, event.Reported{Task: "t1"}},
		}, []string{"ignored : speech_end=5 heard=10 draft=155 endpoint=405 transcript=455", "order t1: speech_end=-400 heard=0 accepted=0 done=30 reported=30"}},

		{"noise", []thing{
			{0, func() Hearing { h := hearing(1, 0); h.Noise = true; return h }()},
		}, []string{"noise : speech_end=0 draft=150 endpoint=400 transcript=450"}},

		{"a report that is hushed ends the turn", []thing{
			{0, event.Heard{Typed: true}}, {0, event.TaskOpened{Task: "t1"}},
			{9, event.TaskClosed{Task: "t1"}}, {9, event.Queued{Line: "l1", Task: "t1"}}, {20, event.Spoken{Line: "l1"}},
		}, []string{"order t1: heard=0 accepted=0 done=9"}},

		{"cancelled while an effect is under way", []thing{
			{0, event.Heard{Typed: true}}, {0, event.TaskOpened{Task: "t1"}},
			{5, event.Intended{Task: "t1", Key: "k", Tool: "run"}}, {5, event.Started{Task: "t1", Key: "k"}},
			{9, event.TaskClosed{Task: "t1"}}, {9, event.Reported{Task: "t1"}},
			{30, event.Ended{Task: "t1", Key: "k", Err: "stopped"}},
		}, []string{"order t1: heard=0 accepted=0 effect_started(run)=5 done=9 reported=9 effect_ended(run)=30"}},

		{"a revision is a turn of its own", []thing{
			{0, event.Heard{Typed: true}}, {0, event.TaskOpened{Task: "t1"}}, {5, event.TaskClosed{Task: "t1"}}, {5, event.Reported{Task: "t1"}},
			{10, event.Heard{Typed: true}}, {10, event.TaskRevised{Task: "t1"}}, {15, event.TaskClosed{Task: "t1"}}, {15, event.Reported{Task: "t1"}},
		}, []string{"order t1: heard=0 accepted=0 done=5 reported=5", "revision t1: heard=10 accepted=10 done=15 reported=15"}},

		{"a note", []thing{
			{0, event.Heard{Typed: true}}, {0, event.TaskOpened{Task: "t1", Note: true}},
			{10, event.Heard{Typed: true}}, {10, event.Dictated{Task: "t1"}},
			{12, event.Intended{Task: "t1", Key: "k", Tool: "take_note"}}, {12, event.Started{Task: "t1", Key: "k"}}, {15, event.Ended{Task: "t1", Key: "k"}},
		}, []string{"dictation t1: heard=0 accepted=0", "dictation t1: heard=10 accepted=10 effect_started(take_note)=12 effect_ended(take_note)=15"}},

		{"after a restart", []thing{
			{0, event.Opened{}}, {0, event.Queued{Line: "l1", Task: "t7"}}, {0, event.AskPresented{Task: "t7", Ask: "a3", Line: "l1"}},
			{90, event.Spoken{Line: "l1", Whole: true}}, {90, event.AskDelivered{Task: "t7", Ask: "a3", At: at(90)}},
			{100, event.Decided{Task: "t7", Ask: "a3", Key: "k", By: "terminal"}}, {100, event.TaskClosed{Task: "t7"}}, {100, event.Reported{Task: "t7"}},
		}, []string{"resumed t7: ask_composed(a3)=0 ask_posed(a3)=90 decided(a3)=100 done=100 reported=100"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, turn := range play(&Collector{}, tt.things...) {
				got = append(got, draw(turn))
			}
			if g, w := strings.Join(got, "\n"), strings.Join(tt.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// TestCollectorForgets: the oldest turn goes, and what comes of it later is no harm.
func TestCollectorForgets(t *testing.T) {
	b := &Collector{Keep: 2}
	var ended []Turn
	for i := range 5 {
		task := fmt.Sprint("t", i)
		ended = append(ended, play(b, thing{i, event.Heard{Typed: true}}, thing{i, event.TaskOpened{Task: task}}, thing{i, event.Queued{Line: task, Task: task}})...)
	}
	if len(ended) != 3 || len(b.Turns()) != 2 || len(b.tasks) != 2 {
		t.Errorf("got %d ended, %d held, %d tasks; want 3, 2, 2", len(ended), len(b.Turns()), len(b.tasks))
	}
	more := play(b, thing{9, event.Speaking{Line: "t0", At: at(9)}}, thing{9, event.Spoken{Line: "t0", Whole: true}}, thing{9, event.Reported{Task: "t0"}})
	if len(more) != 0 || !b.Turns()[0].Sound.IsZero() {
		t.Errorf("got %v, want nothing of a turn that is forgotten", more)
	}
}

// TestTurnsAreCopies: what a reader was given doesn't change any more.
func TestTurnsAreCopies(t *testing.T) {
	b := &Collector{}
	play(b, thing{0, event.Heard{Typed: true}}, thing{0, event.TaskOpened{Task: "t1"}}, thing{0, event.Thinking{Task: "t1", Turn: 1}})
	got := b.Turns()[0]
	play(b, thing{5, event.Replied{Task: "t1", Turn: 1}})
	if !got.Replies[0].Ended.IsZero() {
		t.Error("a turn that was given out has changed")
	}
}

func TestSpans(t *testing.T) {
	turn := Turn{Kind: Order, SpeechEnd: at(0), Endpoint: at(400), Ready: at(450), Took: 280 * time.Millisecond, Heard: at(451), Accepted: at(451), Sound: at(2000),
		Replies: []Reply{{Asked: at(451), Token: at(600), Ended: at(900)}, {Asked: at(1000), Sentence: at(1200)}},
		// The answer to an ask that is not over is none of its.
		Effects: []Effect{{Posed: at(3000), Answered: at(2900), Decided: at(3100), Started: at(3100), Ended: at(3300)}}}
	want := "speech_end_to_endpoint=400ms endpoint_to_transcript=50ms speech_end_to_transcript=450ms transcription=280ms heard_to_accepted=0s " +
		"model_asked_to_first_token=149ms model_asked_to_done=449ms model_asked_to_first_sentence=200ms " +
		"endpoint_to_first_sound=1.6s speech_end_to_first_sentence_or_call=900ms speech_end_to_first_sound=2s answer_to_decision=200ms decision_to_effect=0s effect=200ms"
	var got []string
	for _, s := range turn.Spans() {
		got = append(got, fmt.Sprintf("%s=%v", s.Stage, s.Took))
	}
	if g := strings.Join(got, " "); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
}
