package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/policy"
	"deputy/agent/tool"
)

// A change is what an effect did to one file, as Undo needs it.
type change struct {
	Path   string      `json:"path"`
	Before string      `json:"before,omitempty"` // the copy's name; "" when there was no file
	After  string      `json:"after,omitempty"`  // the new content's SHA-256; "" when it was deleted
	Mode   fs.FileMode `json:"mode,omitempty"`
	Dirs   []string    `json:"dirs,omitempty"` // directories made for it, outermost first
	Added  string      `json:"added,omitempty"`
	// Lost says that the old content was too large to keep.
	Lost bool `json:"lost,omitempty"`
}

// Level is what changing a file takes: Draft while a copy can be kept.
func Level(info fs.FileInfo) policy.Level {
	if info != nil && info.Size() > MaxKept {
		return policy.Commit
	}
	return policy.Draft
}

// Apply has the effect of key on one file, once: next is given the old content
// and gives the new one, nil to delete the file. The old content is kept first.
// An effect that was cut off is carried on with, one that was done is not
// repeated.
func (w *Workspace) Apply(ctx context.Context, key, rel string, allowed policy.Level, next func(old []byte, exists bool) ([]byte, error)) (change, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return change{}, err
	}
	info, err := w.root.Lstat(rel)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return change{}, w.Say(rel, err)
	default:
		if err := Regular(rel, info); err != nil {
			return change{}, err
		}
	}
	if ch, ok := w.copies.noted(key); ok && ch.Path == rel && !ch.Lost {
		switch {
		case w.holds(rel, ch.After):
			return ch, nil
		case !w.holds(rel, ch.Before):
			return change{}, fmt.Errorf("%q was changed by something else after this was begun: %w", rel, tool.ErrUnknown)
		}
	}
	switch {
	case Level(info) > allowed:
		return change{}, fmt.Errorf("%q has grown too large for its old content to be kept: order it again", rel)
	case changes(w.Kind(rel)) > allowed:
		return change{}, fmt.Errorf("%q has become another file, which is protected: order it again", rel)
	}
	ch := change{Path: rel, Mode: 0o644}
	var old []byte
	if info != nil {
		ch.Mode = info.Mode().Perm()
		if ch.Lost = info.Size() > MaxKept; !ch.Lost {
			if old, err = w.ReadAll(rel, MaxKept); err != nil {
				return change{}, err
			}
		}
	}
	data, err := next(old, info != nil)
	if err != nil {
		return change{}, err
	}
	if info != nil && !ch.Lost {
		if ch.Before, err = w.copies.put(old); err != nil {
			return change{}, w.Say(rel, err)
		}
	}
	if data != nil {
		ch.After = sum(data)
		ch.Dirs = w.missing(path.Dir(rel))
	}
	if err := w.copies.Note(key, ch); err != nil {
		return change{}, w.Say(rel, err)
	}
	return ch, w.put(ch, data, allowed)
}

// put writes data, or removes the file when data is nil, in the folder that is
// there now: allowed is what may be changed in it.
func (w *Workspace) put(ch change, data []byte, allowed policy.Level) error {
	if w.meanwhile != nil {
		for _, p := range append(ch.Dirs, ch.Path) {
			w.meanwhile[p] = true
		}
	}
	if data != nil {
		if err := w.root.MkdirAll(path.Dir(ch.Path), 0o755); err != nil {
			return w.Say(ch.Path, err)
		}
	}
	dir, err := w.folder(path.Dir(ch.Path), allowed)
	if err != nil {
		return err
	}
	defer dir.Close()
	name := path.Base(ch.Path)
	if data != nil {
		err = replace(dir, name, data, ch.Mode)
	} else if err = dir.Remove(name); err == nil {
		err = syncDir(dir, ".")
	}
	if err != nil {
		return w.Say(ch.Path, err)
	}
	return nil
}

// folder opens a folder, unless what is below it now takes more than allowed.
func (w *Workspace) folder(rel string, allowed policy.Level) (*os.Root, error) {
	dir, err := w.root.OpenRoot(rel)
	if err != nil {
		return nil, w.Say(rel, err)
	}
	f, err := dir.Open(".")
	if err == nil {
		err = w.Seen(f, rel, allowed, changes)
		f.Close()
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// holds says whether rel has the content with this hash; "" is no file at all.
func (w *Workspace) holds(rel, hash string) bool {
	if hash == "" {
		_, err := w.root.Lstat(rel)
		return errors.Is(err, fs.ErrNotExist)
	}
	data, err := w.ReadAll(rel, MaxKept)
	return err == nil && sum(data) == hash
}

// missing lists the directories of dir that aren't there, outermost first.
func (w *Workspace) missing(dir string) []string {
	var dirs []string
	for ; dir != "."; dir = path.Dir(dir) {
		if _, err := w.root.Lstat(dir); err == nil {
			break
		}
		dirs = append([]string{dir}, dirs...)
	}
	return dirs
}

// A Changer is the Undoer and the Checker of every tool that changes a file.
type Changer struct{ W *Workspace }

// Check says whether the effect of key is on disk, and gives its result again.
func (c Changer) Check(ctx context.Context, key string, _ json.RawMessage) (bool, tool.Result, error) {
	c.W.mu.Lock()
	defer c.W.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, tool.Result{}, err
	}
	ch, ok := c.W.copies.noted(key)
	switch {
	case !ok:
		return false, tool.Result{}, nil // what is to be changed is noted first
	case c.W.holds(ch.Path, ch.After):
		return true, c.W.Done(ch, "changed "+ch.Path), nil
	case ch.Lost || c.W.holds(ch.Path, ch.Before):
		return false, tool.Result{}, nil
	}
	return false, tool.Result{}, fmt.Errorf("%q was changed by something else after this was begun: %w", ch.Path, tool.ErrUnknown)
}

// Undo puts the file back as it was. It refuses, with a sentence, if the file
// was changed since.
func (c Changer) Undo(ctx context.Context, record json.RawMessage) (tool.Result, error) {
	ch, err := tool.Decode[change](record)
	if err != nil {
		return tool.Result{}, fmt.Errorf("undo: %w", err)
	}
	if rel, err := cleanPath(c.W.dir, ch.Path); err != nil || rel != norm.NFC.String(ch.Path) {
		return tool.Result{}, fmt.Errorf("undo: %q is no path of the workspace", ch.Path)
	}
	c.W.mu.Lock()
	defer c.W.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return tool.Result{}, err
	}
	return c.W.revert(ch)
}

func (w *Workspace) revert(ch change) (tool.Result, error) {
	if !ch.Lost && w.holds(ch.Path, ch.Before) {
		return tool.Result{Text: fmt.Sprintf("%s is as it was before.", ch.Path)}, nil
	}
	changed := !w.holds(ch.Path, ch.After)
	switch {
	case ch.Lost:
		return tool.Result{}, fmt.Errorf("%q can't be brought back: it was too large for a copy to be kept", ch.Path)
	case changed && ch.Added != "":
		return w.cutOut(ch)
	case changed:
		return tool.Result{}, fmt.Errorf("%q was changed since, so it was left as it is", ch.Path)
	case ch.Before == "":
		if err := w.put(ch, nil, policy.Restricted); err != nil {
			return tool.Result{}, err
		}
		for i := len(ch.Dirs) - 1; i >= 0; i-- {
			if w.root.Remove(ch.Dirs[i]) != nil {
				break // something else is in it now
			}
		}
		return tool.Result{Text: fmt.Sprintf("%s was removed again.", ch.Path)}, nil
	}
	old, err := w.copies.get(ch.Before)
	if err != nil {
		return tool.Result{}, fmt.Errorf("%q can't be brought back: %w", ch.Path, err)
	}
	if err := w.put(ch, old, policy.Restricted); err != nil {
		return tool.Result{}, err
	}
	return tool.Result{Text: fmt.Sprintf("%s is as it was before.", ch.Path), Produced: w.abs(ch.Path)}, nil
}

// cutOut takes what was appended out of a file to which more was added since.
func (w *Workspace) cutOut(ch change) (tool.Result, error) {
	now, err := w.ReadAll(ch.Path, MaxKept)
	if err != nil {
		return tool.Result{}, err
	}
	if bytes.Count(now, []byte(ch.Added)) != 1 {
		return tool.Result{}, fmt.Errorf("%q was changed since, so it was left as it is", ch.Path)
	}
	if err := w.put(ch, bytes.Replace(now, []byte(ch.Added), nil, 1), policy.Restricted); err != nil {
		return tool.Result{}, err
	}
	return tool.Result{Text: fmt.Sprintf("It was taken out of %s.", ch.Path), Produced: w.abs(ch.Path)}, nil
}

// Done is a Result for a change that can be taken back.
func (w *Workspace) Done(ch change, text string) tool.Result {
	r := tool.Result{Text: text}
	if !ch.Lost {
		r.Undo = tool.Encode(ch)
	}
	if ch.After != "" {
		r.Produced = w.abs(ch.Path)
	}
	return r
}
