package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"deputy/agent/policy"
	"deputy/agent/tool"
)

// Files are the tools that read and change the files of w: list_files,
// read_file, search_files, write_file, edit_file, delete_file.
func Files(w *Workspace) []tool.Tool {
	c := changer{w}
	return []tool.Tool{listFiles{w}, readFile{w}, searchFiles{w}, writeFile{c}, editFile{c}, deleteFile{c}}
}

// factsOf are what policy may go by: this package's tools stay inside the
// workspace, info is the file that is there.
func factsOf(info fs.FileInfo) map[string]string {
	f := map[string]string{"path": "inside", "file": "new", "undo": "kept"}
	if info != nil {
		f["file"] = "existing"
	}
	if level(info) > policy.Draft {
		f["undo"] = "none"
	}
	return f
}

type writeFile struct{ changer }

func (writeFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "write_file",
		Description: "Create a file in the workspace, or replace its whole content.",
		Params:      json.RawMessage(`{"type":"object","properties":{"path":{"type":"string","description":"file in the workspace, such as notes/plan.md"},"text":{"type":"string","description":"the whole content"}},"required":["path","text"]}`),
	}
}

type writeArgs struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

func (t writeFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := decode[writeArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := plainText("text", args.Text); err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.w.resolve(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	if info != nil {
		err = regular(rel, info)
	} else {
		err = newName(rel)
	}
	if err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "write_file", Target: rel, Args: encode(args), Level: level(info), Phrase: "write",
		Values:  map[string]string{"path": rel, "size": size(int64(len(args.Text)))},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("write %s to %s", size(int64(len(args.Text))), rel),
		Repeat:  tool.Checkable,
	}
	if info != nil {
		a.Values["replaces"] = size(info.Size())
	}
	t.w.authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.w.apply(ctx, key, rel, allowed, func([]byte, bool) ([]byte, error) {
			return []byte(args.Text), nil
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("write %s: %w", rel, err)
		}
		return t.w.done(ch, fmt.Sprintf("wrote %s to %s", size(int64(len(args.Text))), rel)), nil
	}
	return a, nil
}

type editFile struct{ changer }

func (editFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "edit_file",
		Description: "Replace one passage of a text file in the workspace.",
		Params:      json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"},"old":{"type":"string","description":"the passage as it stands, occurring once"},"new":{"type":"string","description":"what takes its place"}},"required":["path","old","new"]}`),
	}
}

type editArgs struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

func (t editFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := decode[editArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := errors.Join(plainText("old", args.Old), plainText("new", args.New)); err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.w.existing(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	if info.Size() > maxKept {
		return tool.Action{}, fmt.Errorf("%q is too large to be edited: more than %s", rel, size(maxKept))
	}
	data, err := t.w.readAll(rel, maxKept)
	if err != nil {
		return tool.Action{}, err
	}
	if _, err := edited(rel, data, args.Old, args.New); err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "edit_file", Target: rel, Args: encode(args), Level: policy.Draft, Phrase: "edit",
		Values:  map[string]string{"path": rel, "old": brief(args.Old, 60), "new": brief(args.New, 60)},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("edit %s: %q becomes %q", rel, brief(args.Old, 40), brief(args.New, 40)),
		Repeat:  tool.Checkable,
	}
	t.w.authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.w.apply(ctx, key, rel, allowed, func(old []byte, _ bool) ([]byte, error) {
			return edited(rel, old, args.Old, args.New)
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("edit %s: %w", rel, err)
		}
		return t.w.done(ch, "edited "+rel), nil
	}
	return a, nil
}

// edited gives data with the one passage old replaced. A passage that occurs
// not at all or more than once is an error that tells the model what to do.
func edited(rel string, data []byte, old, with string) ([]byte, error) {
	text := string(data)
	if kind := binary(data); kind != "" {
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
		return nil, fmt.Errorf("%q does not contain the passage %q: read_file shows what it contains", rel, brief(old, 60))
	case n > 1:
		return nil, fmt.Errorf("%q contains the passage %q %d times: give more of it, so that it occurs once", rel, brief(old, 60), n)
	}
	return []byte(strings.Replace(text, old, with, 1)), nil
}

type deleteFile struct{ changer }

func (deleteFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "delete_file",
		Description: "Delete a file of the workspace.",
		Params:      json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}`),
	}
}

type pathArgs struct {
	Path string `json:"path"`
}

func (t deleteFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := decode[pathArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	rel, info, err := t.w.existing(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	args.Path = rel
	a := tool.Action{
		Tool: "delete_file", Target: rel, Args: encode(args), Level: level(info), Phrase: "delete",
		Values:  map[string]string{"path": rel, "size": size(info.Size())},
		Facts:   factsOf(info),
		Summary: fmt.Sprintf("delete %s (%s)", rel, size(info.Size())),
		Repeat:  tool.Checkable,
	}
	t.w.authority(&a)
	allowed := a.Level
	a.Do = func(ctx context.Context, key string) (tool.Result, error) {
		ch, err := t.w.apply(ctx, key, rel, allowed, func(_ []byte, exists bool) ([]byte, error) {
			if !exists {
				return nil, fs.ErrNotExist
			}
			return nil, nil
		})
		if err != nil {
			return tool.Result{}, fmt.Errorf("delete %s: %w", rel, err)
		}
		return t.w.done(ch, "deleted "+rel), nil
	}
	return a, nil
}
