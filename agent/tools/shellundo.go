package tools

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"deputy/agent"
	"deputy/agent/policy"
	"deputy/agent/workspace"
)

// undoable states whether what the command does to the workspace can be taken
// back, and what it takes if not.
func (t runCommand) undoable(a *agent.Action, kept bool) {
	a.Facts["undo"] = "kept"
	if !kept {
		a.Facts["undo"], a.Values["lasting"] = "none", "yes"
		a.Level = max(a.Level, policy.Commit)
	}
}

// do runs a command; opens is what it was allowed to use of what is protected,
// kept says that its changes can be taken back.
func (t runCommand) do(ctx context.Context, j job, opens workspace.Kind, kept bool) (r agent.Result, err error) {
	way, err := t.box.probe(ctx)
	if err != nil {
		return r, err
	}
	if j.readOnly {
		g, err := t.w.guard(opens, true)
		if err != nil {
			return r, err
		}
		j.shut = g.shut()
		o, err := t.box.run(ctx, j)
		if err != nil {
			return r, err
		}
		return agent.Result{Text: o.text()}, nil
	}
	select {
	case t.box.turn <- struct{}{}:
		defer func() { <-t.box.turn }()
	case <-ctx.Done():
		return r, ctx.Err()
	}
	var before tree
	if kept {
		if before, err = t.w.snapshot(); err != nil {
			return r, err
		}
	}
	g, err := t.w.guard(opens, way.kind == Bubblewrap)
	if err != nil {
		return r, err
	}
	j.shut = g.shut()
	o, err := t.box.run(ctx, j)
	took, serr := g.sweep()
	err = errors.Join(err, serr)
	var record string
	var lost error
	if kept {
		record, lost = t.w.settle(before)
	}
	if err != nil {
		return r, err
	}
	r.Text = o.text()
	if len(took) > 0 {
		r.Text += "\n[taken back, since programs run or obey it by themselves: " + few(took) + "; a command that is to change it has to name it]"
	}
	if o.status != 0 && len(j.shut.Hidden) > 0 {
		r.Text += "\n[shut for the command: " + few(slices.Clone(j.shut.Hidden)) + "; a command that is to read it has to name it]"
	}
	switch {
	case lost != nil:
		r.Text += "\n[it can't be undone: " + lost.Error() + "]"
	case kept:
		r.Undo = encode(commandUndo{record})
	}
	return r, nil
}

// A commandUndo names the copy that says what a command changed.
type commandUndo struct {
	Changes string `json:"changes"`
}

// Undo puts the workspace back as it was before a command. What was changed
// since is left as it is, and the error names it.
func (t runCommand) Undo(ctx context.Context, record json.RawMessage) (agent.Result, error) {
	u, err := decode[commandUndo](record)
	if err != nil {
		return agent.Result{}, fmt.Errorf("undo: %w", err)
	}
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return agent.Result{}, err
	}
	data, err := t.w.copies.get(u.Changes)
	if err != nil {
		return agent.Result{}, fmt.Errorf("undo: %w", err)
	}
	var all []difference
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&all); err != nil {
		return agent.Result{}, fmt.Errorf("undo: read what the command changed: %w", err)
	}
	b := &restoring{w: t.w, all: all, skip: map[string]bool{}}
	b.check()
	b.takeAway()
	b.putBack()
	b.modes()
	return b.result()
}

// A restoring takes back the differences that a command made.
type restoring struct {
	w             *Workspace
	all           []difference // by path
	skip          map[string]bool
	back, removed []string // files and links, folders too where there is nothing else
	left, lost    []string // changed since; no copy any more
}

// check finds out which differences are still as the command left them, and
// opens folders that it closed. What is as it was before needs nothing.
func (b *restoring) check() {
	for _, d := range b.all {
		now := b.now(d.Path)
		if d.After != nil && d.After.Mode.IsDir() && now != nil && now.Mode == d.After.Mode {
			_ = b.w.root.Chmod(d.Path, now.Mode|0o700)
		}
	}
	for _, d := range b.all {
		now := b.now(d.Path)
		if now != nil && d.After != nil && now.Mode.IsDir() && d.After.Mode.IsDir() {
			now.Mode = d.After.Mode // it was just opened
		}
		switch {
		case same(now, d.After):
		case same(now, d.Before):
			b.skip[d.Path] = true
		default:
			b.skip[d.Path] = true
			b.left = append(b.left, d.Path)
		}
	}
}

// now is what is at p; nil is nothing.
func (b *restoring) now(p string) *node {
	info, err := b.w.root.Lstat(p)
	if err != nil {
		return nil
	}
	n, _, err := b.w.look(p, info, true)
	if err != nil {
		n.Sum = "unreadable"
	}
	return &n
}

func same(a, b *node) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// kind is what must be removed before something of another kind takes its place.
func kind(n *node) fs.FileMode {
	if n == nil {
		return fs.ModeIrregular
	}
	return n.Mode.Type()
}

// takeAway removes what is new, or of another kind than it was, the innermost first.
func (b *restoring) takeAway() {
	for _, d := range slices.Backward(b.all) {
		if b.skip[d.Path] || d.After == nil || kind(d.After) == kind(d.Before) {
			continue
		}
		if err := b.w.root.Remove(d.Path); err != nil {
			b.skip[d.Path] = true
			b.left = append(b.left, d.Path) // something else is in it now
			continue
		}
		if d.Before == nil && !d.After.Mode.IsDir() {
			b.removed = append(b.removed, d.Path)
		}
	}
}

// putBack makes again what was there, the outermost first.
func (b *restoring) putBack() {
	for _, d := range b.all {
		if b.skip[d.Path] || d.Before == nil {
			continue
		}
		n := d.Before
		var err error
		switch {
		case n.Mode.IsDir():
			if kind(d.After) != fs.ModeDir {
				err = b.w.root.MkdirAll(d.Path, 0o700)
			}
		case n.Mode&fs.ModeSymlink != 0:
			err = b.link(d.Path, n.Link, d.After)
		default:
			err = b.file(d)
		}
		switch {
		case err != nil:
			b.skip[d.Path] = true
			b.lost = append(b.lost, d.Path)
		case !n.Mode.IsDir():
			b.back = append(b.back, d.Path)
		}
	}
}

func (b *restoring) link(p, to string, after *node) error {
	if err := b.w.root.MkdirAll(path.Dir(p), 0o700); err != nil {
		return err
	}
	if kind(after) == fs.ModeSymlink {
		if err := b.w.root.Remove(p); err != nil {
			return err
		}
	}
	return b.w.root.Symlink(to, p)
}

func (b *restoring) file(d difference) error {
	if d.After != nil && d.After.Sum == d.Before.Sum && kind(d.After) == 0 {
		return b.w.root.Chmod(d.Path, d.Before.Mode) // only what may be done with it
	}
	data, err := b.w.copies.get(d.Before.Sum)
	if err != nil {
		return err
	}
	if err := b.w.root.MkdirAll(path.Dir(d.Path), 0o700); err != nil {
		return err
	}
	return replace(b.w.root, d.Path, data, d.Before.Mode)
}

// modes gives folders the mode they had, the innermost first: one that can't be
// written must be filled before.
func (b *restoring) modes() {
	for _, d := range slices.Backward(b.all) {
		if d.Before == nil || !d.Before.Mode.IsDir() || b.skip[d.Path] {
			continue
		}
		if b.w.root.Chmod(d.Path, d.Before.Mode) != nil {
			b.lost = append(b.lost, d.Path)
		}
	}
}

// result says what was restored; an error also what was not.
func (b *restoring) result() (agent.Result, error) {
	r := agent.Result{Values: map[string]string{}}
	var parts []string
	tell := func(key, what string, paths []string) {
		if len(paths) > 0 {
			parts = append(parts, what+": "+few(paths))
			r.Values[key], r.Values[key+"_count"] = few(paths), strconv.Itoa(len(paths))
		}
	}
	tell("restored", "as before", b.back)
	tell("removed", "removed again", b.removed)
	tell("left", "changed since, so left as it is", b.left)
	tell("lost", "not brought back, since no copy is kept any more", b.lost)
	r.Text = strings.Join(parts, "; ")
	switch {
	case len(b.left)+len(b.lost) > 0:
		return r, errors.New(r.Text)
	case r.Text == "":
		r.Text = "The workspace is as it was before."
	}
	return r, nil
}

// few names the first of many.
func few(paths []string) string {
	slices.Sort(paths)
	const most = 3
	names := make([]string, 0, most)
	for _, p := range paths[:min(most, len(paths))] {
		names = append(names, brief(p, 80))
	}
	if n := len(paths) - most; n > 0 {
		names = append(names, fmt.Sprintf("+%d", n))
	}
	return strings.Join(names, ", ")
}
