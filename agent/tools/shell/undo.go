package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/tool"
	"deputy/agent/workspace"
	"deputy/agent/workspace/checkpoint"
	"deputy/internal/textnorm"
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
	if kind = t.layered(ctx); kind == checkpoint.Overlay {
		return kind, nil
	}
	if err := t.w.Fits(); err != nil {
		return "", err
	}
	return kind, nil
}

// ProbeCheckpoints says how what commands change in w can be taken back, after
// trying it; the error says why it can't, flat why there is no overlay.
func ProbeCheckpoints(ctx context.Context, w *workspace.Workspace, o sandbox.Options) (kind string, flat, err error) {
	t := newRunCommand(w, sandbox.New(w.Dir(), w.Scratch(), o))
	if _, err := t.box.Probe(ctx); err != nil {
		return "", nil, err
	}
	kind, err = t.kept(ctx)
	return kind, t.flat, err
}

// layered says how checkpoints are made, after trying it once.
func (t runCommand) layered(ctx context.Context) string {
	l := t.shared
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kind != "" {
		return l.kind
	}
	why := t.tryLayer(ctx)
	if ctx.Err() != nil {
		return checkpoint.Copy // nothing was found out
	}
	l.kind, l.flat = checkpoint.Overlay, why
	if why != nil {
		l.kind = checkpoint.Copy
		t.log.Info("what commands change is found by a copy of the workspace: there can be no overlay", "why", why)
	}
	return l.kind
}

// tryLayer runs a command in a layer, and looks for what it did.
func (t runCommand) tryLayer(ctx context.Context) error {
	by, err := t.box.Probe(ctx)
	if err != nil {
		return err
	}
	if by != sandbox.Bubblewrap {
		return errors.New("it takes bubblewrap")
	}
	if err := checkpoint.Suits(t.w.Dir()); err != nil {
		return err
	}
	return t.w.TryOverlay(func(l *checkpoint.Layer) error {
		name := workspace.TempPrefix + "probe"
		o, err := t.box.Run(ctx, sandbox.Job{Command: "echo x >" + name, Layer: l})
		if err == nil && (o.Status != 0 || o.Ended != "" || !l.Holds(name)) {
			err = errors.New("a command does not work in it: " + textnorm.Brief(o.Text(), 160))
		}
		return err
	})
}

// Do runs a command; opens is what it was allowed to use of what is protected,
// kind says how its changes can be taken back, "" that they can't.
func (t runCommand) Do(ctx context.Context, j sandbox.Job, opens workspace.Kind, kind string) (r tool.Result, err error) {
	by, err := t.box.Probe(ctx)
	if err != nil {
		return r, err
	}
	if !j.ReadOnly {
		if err := t.take(ctx); err != nil {
			return r, err
		}
		defer t.give()
	}
	g, err := t.w.Guard(opens, j.ReadOnly || by == sandbox.Bubblewrap)
	if err != nil {
		return r, err
	}
	j.Shut = g.Shut()
	if j.ReadOnly {
		o, err := t.box.Run(ctx, j)
		if err == nil {
			r.Text = o.Text()
		}
		return r, err
	}
	o, took, id, err := t.change(ctx, j, g, kind)
	if o != nil {
		r.Text = o.Text()
	}
	if len(took) > 0 {
		r.Text += "\n[taken back, since programs run or obey it by themselves: " + checkpoint.Few(took) + "; a command that is to change it has to name it]"
	}
	if o != nil && o.Status != 0 && len(j.Shut.Hidden) > 0 {
		r.Text += "\n[shut for the command: " + checkpoint.Few(j.Shut.Hidden) + "; a command that is to read it has to name it]"
	}
	if id != "" {
		r.Undo = tool.Encode(commandUndo{id})
	}
	return r, err
}

// change runs a command that may change the workspace, takes back what it must
// not leave behind, and names the checkpoint.
func (t runCommand) change(ctx context.Context, j sandbox.Job, g *workspace.Guard, kind string) (o *sandbox.Output, took []string, id string, err error) {
	if kind == "" {
		if err := g.Note(); err != nil {
			return nil, nil, "", err
		}
		o, err = t.box.Run(ctx, j)
		took, serr := g.Sweep()
		return o, took, "", errors.Join(err, serr)
	}
	c, err := t.w.Begin(kind)
	if err != nil {
		return nil, nil, "", err
	}
	if j.Layer = c.Layer; c.Layer == nil {
		if err := g.Note(); err != nil {
			return nil, nil, "", errors.Join(err, t.w.Drop(c))
		}
	}
	if o, err = t.box.Run(ctx, j); err != nil && c.Layer != nil {
		return nil, nil, "", errors.Join(err, t.w.Drop(c)) // it has changed nothing
	}
	var cut []string
	if c.Layer != nil { // nothing is in the workspace before the end
		if cut, err = g.Vet(c.Layer.Upper); err != nil {
			return nil, nil, "", errors.Join(err, t.w.Drop(c))
		}
	} else {
		took, err = g.Swept(err)
	}
	id, eerr := t.w.End(c)
	if c.Layer != nil && eerr == nil {
		took, err = g.Swept(err) // what only the layer and the workspace together make
	}
	return o, append(cut, took...), id, errors.Join(err, eerr, t.w.Settle(id, took))
}

// take waits until no other command writes; give ends it.
func (s *shared) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *shared) give() { <-s.turn }

// A commandUndo names the checkpoint that was taken before a command.
type commandUndo struct {
	Checkpoint string `json:"checkpoint"`
}

// Undo puts the workspace back as it was before a command. What was changed
// since is left as it is, and the error names it.
func (t runCommand) Undo(ctx context.Context, record json.RawMessage) (tool.Result, error) {
	u, err := tool.Decode[commandUndo](record)
	if err != nil {
		return tool.Result{}, fmt.Errorf("undo: %w", err)
	}
	if err := t.take(ctx); err != nil {
		return tool.Result{}, err
	}
	defer t.give()
	o, err := t.w.UndoCommand(u.Checkpoint)
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
