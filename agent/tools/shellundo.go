package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/workspace"
	"deputy/agent/workspace/checkpoint"
)

// undoable states whether what the command does to the workspace can be taken
// back, and what it takes if not.
func (t runCommand) undoable(a *tool.Action, kept bool) {
	a.Facts["undo"] = "kept"
	if !kept {
		a.Facts["undo"], a.Values["lasting"] = "none", "yes"
		a.Level = max(a.Level, policy.Commit)
	}
}

// kept says how what a command does here can be taken back; the error why it can't.
func (t runCommand) kept(ctx context.Context) (kind string, err error) {
	if kind = t.box.layered(ctx, t.w); kind == checkpoint.Overlay {
		return kind, nil
	}
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	if err := t.w.points.Fits(); err != nil {
		return "", err
	}
	return kind, nil
}

// ProbeCheckpoints says how what commands change in w can be taken back, after
// trying it; the error says why it can't, flat why there is no overlay.
func ProbeCheckpoints(ctx context.Context, w *Workspace, o ShellOptions) (kind string, flat, err error) {
	t := runCommand{w, newSandbox(w.dir, w.copies.scratch(), o.filled())}
	if _, err := t.box.probe(ctx); err != nil {
		return "", nil, err
	}
	kind, err = t.kept(ctx)
	return kind, t.box.flat, err
}

// layered says how checkpoints are made, after trying it once.
func (b *sandbox) layered(ctx context.Context, w *Workspace) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.points != "" {
		return b.points
	}
	why := b.tryLayer(ctx, w)
	if ctx.Err() != nil {
		return checkpoint.Copy // nothing was found out
	}
	b.points, b.flat = checkpoint.Overlay, why
	if why != nil {
		b.points = checkpoint.Copy
		b.o.Logger.Info("what commands change is found by a copy of the workspace: there can be no overlay", "why", why)
	}
	return b.points
}

// tryLayer runs a command in a layer, and looks for what it did.
func (b *sandbox) tryLayer(ctx context.Context, w *Workspace) error {
	if b.way.kind != Bubblewrap {
		return errors.New("it takes bubblewrap")
	}
	if err := checkpoint.Suits(w.dir); err != nil {
		return err
	}
	w.mu.Lock()
	c, err := w.points.Begin(checkpoint.Overlay)
	w.mu.Unlock()
	if err != nil {
		return err
	}
	name := tempPrefix + "probe"
	o, err := b.start(ctx, b.way, job{command: "echo x >" + name, limit: b.o.Timeout, layer: c.Layer})
	if err == nil && (o.status != 0 || o.ended != "" || !c.Layer.Holds(name)) {
		err = errors.New("a command does not work in it: " + brief(o.text(), 160))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(err, c.Drop())
}

// do runs a command; opens is what it was allowed to use of what is protected,
// kind says how its changes can be taken back, "" that they can't.
func (t runCommand) do(ctx context.Context, j job, opens workspace.Kind, kind string) (r tool.Result, err error) {
	way, err := t.box.probe(ctx)
	if err != nil {
		return r, err
	}
	if !j.readOnly {
		if err := t.box.take(ctx); err != nil {
			return r, err
		}
		defer t.box.give()
	}
	g, err := t.w.guard(opens, j.readOnly || way.kind == Bubblewrap)
	if err != nil {
		return r, err
	}
	j.shut = g.shut()
	if j.readOnly {
		o, err := t.box.run(ctx, j)
		if err == nil {
			r.Text = o.text()
		}
		return r, err
	}
	o, took, id, err := t.change(ctx, j, g, kind)
	if o != nil {
		r.Text = o.text()
	}
	if len(took) > 0 {
		r.Text += "\n[taken back, since programs run or obey it by themselves: " + checkpoint.Few(took) + "; a command that is to change it has to name it]"
	}
	if o != nil && o.status != 0 && len(j.shut.Hidden) > 0 {
		r.Text += "\n[shut for the command: " + checkpoint.Few(j.shut.Hidden) + "; a command that is to read it has to name it]"
	}
	if id != "" {
		r.Undo = encode(commandUndo{id})
	}
	return r, err
}

// change runs a command that may change the workspace, takes back what it must
// not leave behind, and names the checkpoint.
func (t runCommand) change(ctx context.Context, j job, g *guard, kind string) (o *output, took []string, id string, err error) {
	if kind == "" {
		if err := g.note(); err != nil {
			return nil, nil, "", err
		}
		o, err = t.box.run(ctx, j)
		took, serr := g.sweep()
		return o, took, "", errors.Join(err, serr)
	}
	c, err := t.w.begin(kind)
	if err != nil {
		return nil, nil, "", err
	}
	if j.layer = c.Layer; c.Layer == nil {
		if err := g.note(); err != nil {
			return nil, nil, "", errors.Join(err, t.w.drop(c))
		}
	}
	if o, err = t.box.run(ctx, j); err != nil && c.Layer != nil {
		return nil, nil, "", errors.Join(err, t.w.drop(c)) // it has changed nothing
	}
	var cut []string
	if c.Layer != nil { // nothing is in the workspace before the end
		if cut, err = g.vet(c.Layer.Upper); err != nil {
			return nil, nil, "", errors.Join(err, t.w.drop(c))
		}
	} else {
		took, err = g.swept(err)
	}
	id, eerr := t.w.end(c)
	if c.Layer != nil && eerr == nil {
		took, err = g.swept(err) // what only the layer and the workspace together make
	}
	return o, append(cut, took...), id, errors.Join(err, eerr, t.w.settle(id, took))
}

// take waits until no other command writes; give ends it.
func (b *sandbox) take(ctx context.Context) error {
	select {
	case b.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *sandbox) give() { <-b.turn }

// begin takes a checkpoint. From here on others' changes are told apart.
func (w *Workspace) begin(kind string) (*checkpoint.Checkpoint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.points.Begin(kind)
	if err == nil {
		w.meanwhile = map[string]bool{}
	}
	return c, err
}

func (w *Workspace) end(c *checkpoint.Checkpoint) (id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return c.End(w.meanwhile)
}

// settle ends the time in which others' changes are told apart. What was taken
// back of what the command did is no change of the command's any more.
func (w *Workspace) settle(id string, took []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meanwhile = nil
	if id == "" || len(took) == 0 {
		return nil
	}
	return w.points.Amend(id, took)
}

func (w *Workspace) drop(c *checkpoint.Checkpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meanwhile = nil
	return c.Drop()
}

// A commandUndo names the checkpoint that was taken before a command.
type commandUndo struct {
	Checkpoint string `json:"checkpoint"`
}

// Undo puts the workspace back as it was before a command. What was changed
// since is left as it is, and the error names it.
func (t runCommand) Undo(ctx context.Context, record json.RawMessage) (tool.Result, error) {
	u, err := decode[commandUndo](record)
	if err != nil {
		return tool.Result{}, fmt.Errorf("undo: %w", err)
	}
	if err := t.box.take(ctx); err != nil {
		return tool.Result{}, err
	}
	defer t.box.give()
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	o, err := t.w.points.Undo(u.Checkpoint)
	if err != nil {
		return tool.Result{}, fmt.Errorf("undo: %w", err)
	}
	r := tool.Result{Text: o.Text(), Values: map[string]string{}}
	for key, paths := range map[string][]string{"restored": o.Restored, "removed": o.Removed, "left": o.Left, "lost": o.Lost} {
		if len(paths) > 0 {
			r.Values[key], r.Values[key+"_count"] = checkpoint.Few(paths), strconv.Itoa(len(paths))
		}
	}
	if !o.Whole() {
		return r, errors.New(r.Text)
	}
	return r, nil
}
