package agent

import (
	"context"
	"strconv"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/state"
)

// damaged tells the desk that its journal is not what was written, or can't be
// read any more.
type damaged struct{ err error }

func (d damaged) Error() string { return d.err.Error() }
func (d damaged) Unwrap() error { return d.err }

// longestWarning is how long the desk waits for its last sentence to be heard.
const longestWarning = 20 * time.Second

// warn tells the owner that the journal is damaged and waits until that was heard.
// Nothing that is said meanwhile is taken in; only how things ended that were under
// way is left in the inbox.
func (d *Desk) warn(ctx context.Context, s *state.State, h *executor, err error) {
	a := journal.AlteredIn(err)
	d.log.Error("the journal is damaged; the desk stops", "err", err)
	if a == nil {
		return // a disk that fails: nothing is known of the journal
	}
	place := a.Place()
	if d.o.Place != nil {
		place = d.o.Place(s.Language, a)
	}
	h.carryOut(event.Hush{}, "")
	n := event.Notice{Key: "say.altered", Values: map[string]string{"place": place}}
	if err := d.step(ctx, s, h, event.Event{Body: n}); err != nil {
		return
	}
	line := "l" + strconv.Itoa(s.LastLine)
	h.carryOut(event.Notify{Language: s.Language, Text: s.Lines[line].Text}, "")
	d.lastSentence(ctx, s, h, line)
}

// lastSentence waits until a line was heard.
func (d *Desk) lastSentence(ctx context.Context, s *state.State, h *executor, line string) {
	late := time.NewTimer(longestWarning)
	defer late.Stop()
	var left []any
	defer func() { d.putBack(left) }()
	for {
		for _, v := range d.take() {
			if f, ok := v.(func(*state.State, *executor)); ok {
				f(s, h)
				continue
			}
			e, _ := v.(event.Event)
			switch b := e.Body.(type) {
			case event.Spoken:
				if b.Line == line {
					return
				}
			case event.Ended, event.Undone, event.Replied:
				left = append(left, e)
			}
		}
		select {
		case <-d.bell:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
