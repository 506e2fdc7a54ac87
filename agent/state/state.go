package state

import (
	"encoding/json"
	"slices"
	"time"

	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/tool"
)

// A State is everything the desk knows, a projection of the journal plus what is
// being said right now. It is owned by whoever called Step last: Step consumes it.
type State struct {
	// Tasks are the open ones and the last finished ones; see sweep. Effects are
	// those of these tasks.
	Tasks   map[string]*Task
	Order   []string // task IDs, in the order in which they were opened
	Active  []string // those of open tasks, in that order
	Closed  []string // those of finished tasks, in the order in which they were finished
	Effects map[string]*Effect
	Latest  []string             // keys of effects that changed something, oldest first, for undo
	Asks    []*Ask               // not decided, oldest first
	Timers  map[string]time.Time // effect key of a reminder -> when
	// Delayed are decided effects of high authority that wait for their grace, by key.
	Delayed map[string]event.EffectDelayed
	// Grants are the standing permissions, oldest first; used-up ones stay until they
	// expire or are revoked, since the owner may ask what became of them.
	Grants []*Grant
	// Queue holds the asks that were read out as a queue: the owner may name one.
	Queue []string
	// LastCode is the code word used last: it isn't used twice in a row.
	LastCode string
	// LastHeard is when the owner last said or typed something.
	LastHeard time.Time
	// Clock is the latest time that the journal holds: setting the machine's clock
	// back makes nothing valid again.
	Clock time.Time
	// Language is what the owner spoke last.
	Language string
	// Tainted are the targets into which strangers' text was written.
	Tainted TaintedTargets
	// Swept is when finished tasks were last forgotten, Left how many were kept then.
	Swept time.Time
	Left  int
	// Lines holds what was given to the voice and not yet ended.
	Lines map[string]SpokenLine `json:"-"`
	// Said is what was spoken lately, oldest first.
	Said []SpokenLine `json:"-"`
	// Speech holds the utterances that are still being spoken or written down, by ID.
	Speech map[int64]Utterance `json:"-"`
	// Listened is the last Listened.To; zero while nobody listens.
	Listened time.Time `json:"-"`
	// Chimed is when an order was last acknowledged by a sound.
	Chimed event.Chimed `json:"-"`

	// PendingAck is the acknowledgement that may be due.
	PendingAck Ack `json:"-"`

	Called    time.Time `json:"-"` // when Deputy's name alone was said last
	Unnamed   int       `json:"-"` // orders in a row that were taken without the name
	Overheard int       `json:"-"` // utterances ignored that the journal doesn't know of

	// Era is when the journal began or was last cut off: before that the same task
	// number may have been another task's, with effects that destinations remember.
	Era time.Time
	// Repaired says that the journal was cut off since the last session.
	Repaired bool

	LastTask, LastAsk, LastGrant, LastHeardID int // counters behind the IDs
	LastLine                                  int `json:"-"`
	// Ready are effects that may begin and wait for a place, the first one first.
	Ready []ReadyEffect `json:"-"`
}

// A Task is one order and what became of it.
type Task struct {
	ID    string
	Order string // as it was said
	// Orders holds the order and every criticism since, in the owner's words.
	Orders   []string
	Origin   event.Origin // of the order, or of the last criticism
	Language string
	Scope    policy.Level // the most that the order asks for
	Status   event.Status
	Turn     int // model turns begun
	Revised  int // those of them before the last criticism
	Mends    int // malformed replies in a row
	// Messages are the conversation. Some time after the task's end it is
	// forgotten; the journal has it.
	Messages []model.Message
	// Effects are the keys of what the task intended, in order; Ended of what
	// changed something and was in no report yet.
	Effects []string
	Ended   []string
	// Open holds the calls of the last turn that have no answer yet.
	Open         []model.Call
	Calls        map[string]int        // tool + arguments -> how often called
	Produced     []string              // files that hold a result, as the tools name them to the owner
	Files        []string              // the same, as the model names them
	GrantRequest *consent.GrantRequest // the standing permission that the order gives
	Report       string
	Reported     bool
	Opened       time.Time
	Closed       time.Time
	Private      bool     `json:",omitempty"` // something private has come into the conversation
	Stranger     bool     `json:",omitempty"` // something of strangers' has
	Source       string   `json:",omitempty"` // whose it was, the latest
	Trusted      []string `json:",omitempty"` // results of tools that no stranger had a part in
	// Tools are what the model may wish for in it: those there were when it began.
	Tools  []tool.Spec `json:"-"`
	Speech int         `json:"-"` // sentences of this turn given to the voice
}

// An Effect is one intended action and how far it got.
type Effect struct {
	event.Intended
	Started bool
	Ended   bool
	Unknown bool
	Failed  bool
	Undone  bool
	// Cancelled says that it was called off, Permitted that a live effect has it.
	Cancelled, Permitted bool
	Told                 bool            // it was part of a report
	Asking               bool            // an ask about it is open
	Undo                 json.RawMessage `json:",omitempty"` // nil must not become null
	Remind               *tool.Reminder
	Progress             string    `json:"-"` // how far it is
	Cause                string    `json:"-"` // the request that it goes on for
	Grace                time.Time `json:"-"` // when its grace is over, by the steady clock
}

// Running says that it has begun and not come to its end.
func (f *Effect) Running() bool { return f.Started && !f.Ended && !f.Unknown }

// A ReadyEffect may begin, by whose decision.
type ReadyEffect struct{ Key, By string }

// An Ask is a question that waits for the owner.
type Ask struct {
	ID, Task, Key string
	Again         bool
	Asked         time.Time
	Line, Text    string
	Code          string
	Cut           bool      // not all that decides could be said: no voice approves it
	Part          int       // how many parts of its details were read out
	Times         int       // how often it was put to the owner
	Half          bool      // the answer to the last posing was a short yes, heard half well
	Begun         time.Time // when the last posing was given to the voice
	Delivered     time.Time // when it was last heard to the end; zero if not since Begun
	Deferred      bool      // it waits in the inbox: no answer counts until it is posed again
	Until         time.Time // when it comes back from the inbox by itself; zero if it doesn't
	With          []string  // other asks that were read out with it and are decided with it
}

// A Grant is a standing permission, with the words in which it was read back.
type Grant struct {
	policy.Grant
	Text string
}

// SpokenLine is one line that Deputy said, with the time it took.
type SpokenLine struct {
	Line         string
	Text         string
	Ask          string // the ask it poses
	First        bool   // it leads up to an ask
	List         bool   // it reads the queue out
	Report       string // the task it reports
	Task         string // the task that it is a sentence of
	Began, Ended time.Time
	Whole        bool
}

// New is the state before the first event.
func New() State {
	return State{
		Tasks: map[string]*Task{}, Effects: map[string]*Effect{},
		Timers: map[string]time.Time{}, Lines: map[string]SpokenLine{}, Delayed: map[string]event.EffectDelayed{}, Speech: map[int64]Utterance{}, Tainted: TaintedTargets{}, Language: "en",
	}
}

// Presented is the ask that the owner is being asked now; nil if there is none.
func (s *State) Presented() *Ask {
	for _, a := range s.Asks {
		if a.Line != "" && !a.Deferred {
			return a
		}
	}
	return nil
}

// Ask is the open ask with that ID; nil if there is none.
func (s *State) Ask(id string) *Ask {
	i := slices.IndexFunc(s.Asks, func(a *Ask) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return s.Asks[i]
}

// Youngest is the youngest task among ids for which ok holds; nil if there is none.
func (s *State) Youngest(ids []string, ok func(*Task) bool) *Task {
	for _, id := range slices.Backward(ids) {
		if t := s.Tasks[id]; ok(t) {
			return t
		}
	}
	return nil
}

// YoungestSince is the youngest task that was finished less than d before at and for
// which ok holds; nil if there is none.
func (s *State) YoungestSince(at time.Time, d time.Duration, ok func(*Task) bool) (latest *Task) {
	for _, id := range slices.Backward(s.Closed) {
		t := s.Tasks[id]
		if at.Sub(t.Closed) >= d {
			break
		}
		if (latest == nil || Number(t.ID) > Number(latest.ID)) && ok(t) {
			latest = t
		}
	}
	return latest
}

// Speaking says whether Deputy was audible at any time in [from, to].
func (s *State) Speaking(from, to time.Time) bool {
	return len(s.Audible(from, to)) > 0
}

// Audible lists the texts that Deputy was saying at any time in [from, to].
func (s *State) Audible(from, to time.Time) (texts []string) {
	for _, l := range s.Lines {
		if !l.Began.IsZero() && to.After(l.Began) {
			texts = append(texts, l.Text)
		}
	}
	for _, l := range s.Said {
		if !l.Began.IsZero() && to.After(l.Began) && from.Before(l.Ended) {
			texts = append(texts, l.Text)
		}
	}
	slices.Sort(texts)
	return texts
}

// SaidSince lists the texts spoken since t, for the echo test.
func (s *State) SaidSince(t time.Time) []string {
	var texts []string
	for _, l := range s.Said {
		if l.Ended.After(t) {
			texts = append(texts, l.Text)
		}
	}
	for _, l := range s.Lines {
		texts = append(texts, l.Text)
	}
	slices.Sort(texts)
	return texts
}

// Brief is the order in a few words.
func (t *Task) Brief() string { return readback.Clip(t.Order, 60) }

// WaitsFor says whether the call has no answer yet.
func (t *Task) WaitsFor(call string) bool {
	for _, c := range t.Open {
		if c.ID == call {
			return true
		}
	}
	return false
}

// Grant is the standing grant with that ID; nil if there is none.
func (s *State) Grant(id string) *Grant {
	i := slices.IndexFunc(s.Grants, func(g *Grant) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return s.Grants[i]
}

// An Utterance is being spoken or written down.
type Utterance struct {
	Began time.Time // of the whole of it, if it is a later part of a long sound
	Told  time.Time // when the desk learnt of it
}

// An Ack is what an order is owed that the model works at: a sound, should there
// be nothing to say soon enough.
type Ack struct {
	Task  string
	Ended time.Time // the order's speech
	Due   time.Time
}
