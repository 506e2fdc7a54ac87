package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

// Tools are the tools that read and change the files of w: list_files,
// read_file, search_files, write_file, edit_file, delete_file.
func Tools(w *workspace.Workspace) []tool.Tool {
	c := workspace.Changer{W: w}
	return []tool.Tool{listFiles{w}, readFile{w}, searchFiles{w}, writeFile{c}, editFile{c}, deleteFile{c}}
}

// factsOf are what policy may go by: this package's tools stay inside the
// workspace, info is the file that is there.
func factsOf(info fs.FileInfo) map[string]string {
	f := map[string]string{"path": "inside", "file": "new", "undo": "kept"}
	if info != nil {
		f["file"] = "existing"
	}
	if workspace.Level(info) > policy.Draft {
		f["undo"] = "none"
	}
	return f
}

type writeFile struct{ workspace.Changer }

func (writeFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "write_file",
		Description: "Create a file in the workspace, or replace its whole content.",
		Params:      schema.Of[WriteArgs](),
	}
}

type WriteArgs struct {
	Path string `json:"path" jsonschema:"file in the workspace, such as notes/plan.md"`
	Text string `json:"text" jsonschema:"the whole content"`
}

func (t writeFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[WriteArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := tool.PlainText("text", args.Text); err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.W.Resolve(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	if info != nil {
		err = workspace.Regular(rel, info)
	} else {
		err = workspace.NewName(rel)
	}
	if err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "write_file", Target: rel, Args: tool.Encode(args), Level: workspace.Level(info), Phrase: "write",
		Values:  map[string]string{"path": rel, "size": textnorm.Size(int64(len(args.Text)))},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("write %s to %s", textnorm.Size(int64(len(args.Text))), rel),
		Repeat:  tool.Checkable,
	}
	if info != nil {
		a.Values["replaces"] = textnorm.Size(info.Size())
	}
	t.W.Authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.W.Apply(ctx, key, rel, allowed, func([]byte, bool) ([]byte, error) {
			return []byte(args.Text), nil
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("write %s: %w", rel, err)
		}
		return t.W.Done(ch, fmt.Sprintf("wrote %s to %s", textnorm.Size(int64(len(args.Text))), rel)), nil
	}
	return a, nil
}

type editFile struct{ workspace.Changer }

func (editFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "edit_file",
		Description: "Replace one passage of a text file in the workspace.",
		Params:      schema.Of[EditArgs](),
	}
}

type EditArgs struct {
	Path string `json:"path"`
	Old  string `json:"old" jsonschema:"the passage as it stands, occurring once"`
	New  string `json:"new" jsonschema:"what takes its place"`
}

func (t editFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[EditArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := errors.Join(tool.PlainText("old", args.Old), tool.PlainText("new", args.New)); err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.W.Existing(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	if info.Size() > workspace.MaxKept {
		return tool.Action{}, fmt.Errorf("%q is too large to be edited: more than %s", rel, textnorm.Size(workspace.MaxKept))
	}
	data, err := t.W.ReadAll(rel, workspace.MaxKept)
	if err != nil {
		return tool.Action{}, err
	}
	if _, err := edited(rel, data, args.Old, args.New); err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "edit_file", Target: rel, Args: tool.Encode(args), Level: policy.Draft, Phrase: "edit",
		Values:  map[string]string{"path": rel, "old": textnorm.Brief(args.Old, 60), "new": textnorm.Brief(args.New, 60)},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("edit %s: %q becomes %q", rel, textnorm.Brief(args.Old, 40), textnorm.Brief(args.New, 40)),
		Repeat:  tool.Checkable,
	}
	t.W.Authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.W.Apply(ctx, key, rel, allowed, func(old []byte, _ bool) ([]byte, error) {
			return edited(rel, old, args.Old, args.New)
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("edit %s: %w", rel, err)
		}
		return t.W.Done(ch, "edited "+rel), nil
	}
	return a, nil
}

// edited gives data with the one passage old replaced. A passage that occurs
// not at all or more than once is an error that tells the model what to do.
func edited(rel string, data []byte, old, with string) ([]byte, error) {
	text := string(data)
	if kind := textnorm.Binary(data); kind != "" {
		return nil, fmt.Errorf("%q is no UTF-8 text (%s) and can't be edited", rel, kind)
	}
	if strings.Contains(text, "\r\n") && !strings.Contains(old, "\r\n") {
		old, with = strings.ReplaceAll(old, "\n", "\r\n"), strings.ReplaceAll(with, "\n", "\r\n")
	}
	switch n := strings.Count(text, old); {
	case old == "":
		return nil, errors.New("old is empty: give the passage to replace, or use write_file")
	case old == with:
		return nil, errors.New("old and new are the same: there is nothing to change")
	case n == 0:
		return nil, fmt.Errorf("%q does not contain the passage %q: read_file shows what it contains", rel, textnorm.Brief(old, 60))
	case n > 1:
		return nil, fmt.Errorf("%q contains the passage %q %d times: give more of it, so that it occurs once", rel, textnorm.Brief(old, 60), n)
	}
	return []byte(strings.Replace(text, old, with, 1)), nil
}

type deleteFile struct{ workspace.Changer }

func (deleteFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "delete_file",
		Description: "Delete a file of the workspace.",
		Params:      schema.Of[PathArgs](),
	}
}

type PathArgs struct {
	Path string `json:"path"`
}

func (t deleteFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[PathArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.W.Existing(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "delete_file", Target: rel, Args: tool.Encode(args), Level: workspace.Level(info), Phrase: "delete",
		Values:  map[string]string{"path": rel, "size": textnorm.Size(info.Size())},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("delete %s (%s)", rel, textnorm.Size(info.Size())),
		Repeat:  tool.Checkable,
	}
	t.W.Authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.W.Apply(ctx, key, rel, allowed, func(_ []byte, exists bool) ([]byte, error) {
			if !exists {
				return nil, fs.ErrNotExist
			}
			return nil, nil
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("delete %s: %w", rel, err)
		}
		return t.W.Done(ch, "deleted "+rel), nil
	}
	return a, nil
}
