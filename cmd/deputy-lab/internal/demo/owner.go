package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"deputy/agent/event"
	"deputy/cmd/internal/control"
)

// The owner of the demonstration: a synthetic user who speaks orders, answers
// what is asked, and takes up again after a crash as a person would, from what
// Deputy says is done and what the mail server holds.

// demoPatience is how long each order may take: the first one waits for the model.
const demoPatience = 4 * time.Minute

// play is the scene: an order that is free, and one that needs the owner.
func (d *Demo) play(ctx context.Context) error {
	d.Tasks = map[string]bool{}
	if err := d.Order(ctx, DemoFileOrder); err != nil {
		return err
	}
	if err := d.findFile(); err != nil {
		return err
	}
	if n := len(d.post.Mails()); n != 0 {
		return fmt.Errorf("%d mails were sent that nobody ordered", n)
	}
	return d.Order(ctx, demoMailOrder)
}

// errCrashed says that the Deputy was killed and runs again.
var errCrashed = errors.New("killed")

// Order speaks an order and sees it through to its spoken report.
func (d *Demo) Order(ctx context.Context, text string) error {
	limit, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	if err := d.speak(limit, text); err != nil {
		return err
	}
	task, code, again, answers := "", "", false, 0
	for {
		e, err := d.next(limit)
		switch {
		case errors.Is(err, errCrashed):
			row, err := d.lookUp(limit)
			if err != nil {
				return err
			}
			task, code = row.ID, ""
			switch row.Status {
			case "": // it was not accepted: a person says it again
				err = d.speak(limit, text)
			case string(event.Done):
				d.Tasks[task] = true
				return nil
			}
			if err != nil {
				return err
			}
			continue
		case limit.Err() != nil && ctx.Err() == nil:
			return fmt.Errorf("after %v the order %q is not done; Deputy's log: %s", demoPatience, text, d.Log.Name())
		case err != nil:
			return err
		}
		switch b := e.Body.(type) {
		case event.Ignored:
			// It spoke while Deputy did, which does not listen then: a person waits
			// for the end of that and says it again.
			if err := d.speak(limit, d.last); err != nil {
				return err
			}
		case event.TaskOpened:
			if task == "" {
				task = b.Task
			}
		case event.AskPresented:
			code, again = b.Code, b.Again
		case event.AskDelivered:
			if answers++; answers > 6 {
				return errors.New("the approval was not understood")
			}
			if err := d.answer(limit, code, again); err != nil {
				return err
			}
		case event.AskDeferred:
			if answers++; answers > 6 {
				return errors.New("the decision was left in the inbox")
			}
			if err := d.speak(limit, "Deputy, what's waiting?"); err != nil {
				return err
			}
		case event.TaskClosed:
			if b.Task == task && b.Status != event.Done {
				return fmt.Errorf("the order %q was %s: %s", text, b.Status, b.Text)
			}
		case event.Reported:
			if b.Task == task {
				d.Tasks[task] = true
				return nil
			}
		}
	}
}

// answer approves what is asked. Of what may have happened already the owner
// looks first whether it has.
func (d *Demo) answer(ctx context.Context, code string, again bool) error {
	if again && len(d.post.Mails()) > 0 {
		return d.speak(ctx, "No.")
	}
	return d.speak(ctx, "Go ahead, "+code+".")
}

// next is the next event. When the Deputy is killed meanwhile, it is started
// again and the error is errCrashed.
func (d *Demo) next(ctx context.Context) (event.Event, error) {
	select {
	case e, ok := <-d.Deputy.events:
		if !ok {
			return event.Event{}, fmt.Errorf("Deputy ended by itself; its log: %s", d.Log.Name())
		}
		d.heard = append(d.heard, e)
		d.Event(e)
		return e, nil
	case <-d.kill:
		d.Line("failed", "kill -9")
		d.Deputy.kill()
		if err := d.Start(ctx); err != nil {
			return event.Event{}, err
		}
		return event.Event{}, errCrashed
	case <-ctx.Done():
		return event.Event{}, ctx.Err()
	}
}

// lookUp finds the task of the order under way, as deputy tasks would list it.
func (d *Demo) lookUp(ctx context.Context) (row control.TaskRow, err error) {
	err = control.Call(ctx, d.Deputy.socket, control.Request{Do: "tasks", All: true}, func(r control.Response) error {
		var rows []control.TaskRow
		if err := json.Unmarshal(r.Body, &rows); err != nil {
			return err
		}
		for _, t := range slices.Backward(rows) {
			if !d.Tasks[t.ID] {
				row = t
				break
			}
		}
		return nil
	})
	return row, err
}

// findFile finds the file that the first order produced; the model named it.
func (d *Demo) findFile() error {
	entries, err := os.ReadDir(d.workspace())
	if err != nil {
		return err
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.Name() != "report.txt" && info.Size() > 0 && info.Mode().IsRegular() {
			d.file = d.workspace() + string(os.PathSeparator) + e.Name()
			return nil
		}
	}
	return errors.New("the order was reported as done, but it left no file")
}

// speak has the synthetic user say something into the microphone.
func (d *Demo) speak(ctx context.Context, text string) error {
	d.Line("user", text)
	d.last = text
	return d.room.say(ctx, text)
}
