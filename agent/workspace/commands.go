package workspace

import (
	"errors"

	"deputy/agent/workspace/checkpoint"
)

// Fits says whether a checkpoint by copy can be kept; the error says why not.
func (w *Workspace) Fits() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.points.Fits()
}

// UndoCommand puts the workspace back as it was at a checkpoint.
func (w *Workspace) UndoCommand(id string) (checkpoint.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.points.Undo(id)
}

// TryOverlay lets try work in a layer that is dropped again. Others' changes go on
// being told apart, or not, as before: a command may be under way.
func (w *Workspace) TryOverlay(try func(*checkpoint.Layer) error) error {
	w.mu.Lock()
	c, err := w.points.Begin(checkpoint.Overlay)
	w.mu.Unlock()
	if err != nil {
		return err
	}
	err = try(c.Layer)
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(err, c.Drop())
}

// Begin takes a checkpoint. From here on others' changes are told apart.
func (w *Workspace) Begin(kind string) (*checkpoint.Checkpoint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.points.Begin(kind)
	if err == nil {
		w.meanwhile = map[string]bool{}
	}
	return c, err
}

func (w *Workspace) End(c *checkpoint.Checkpoint) (id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return c.End(w.meanwhile)
}

// Settle ends the time in which others' changes are told apart. What was taken
// back of what the command did is no change of the command's any more.
func (w *Workspace) Settle(id string, took []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meanwhile = nil
	if id == "" || len(took) == 0 {
		return nil
	}
	return w.points.Amend(id, took)
}

func (w *Workspace) Drop(c *checkpoint.Checkpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meanwhile = nil
	return c.Drop()
}
