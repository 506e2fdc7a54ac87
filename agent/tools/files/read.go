package files

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

// maxRead is the largest file of which a page is read at all.
const maxRead = 64 << 20

type readFile struct{ w *workspace.Workspace }

func (readFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "read_file",
		Description: "Read a text file of the workspace.",
		Params:      schema.Of[PathArgs](),
	}
}

// Plan takes "big.log#page=2" for the second page of a long file, unless a file
// has that very name: so a model needs no argument more to go on reading.
func (t readFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[PathArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	page := 1
	rel, info, err := t.w.Resolve(args.Path)
	if name, n, ok := textnorm.CutPage(args.Path); ok && (err != nil || info == nil) {
		page = n
		rel, info, err = t.w.Resolve(name)
	}
	if err == nil {
		err = readable(t.w, rel, info == nil)
	}
	if err != nil {
		return tool.Action{}, err
	}
	if args.Path = rel; page > 1 {
		args.Path += "#page=" + strconv.Itoa(page)
	}
	k := t.w.Kind(rel)
	a := tool.Action{
		Tool: "read_file", Target: rel, Args: tool.Encode(args), Level: workspace.Reads(k), Phrase: "read",
		Values:  map[string]string{"path": rel},
		Facts:   map[string]string{"path": "inside"},
		Private: true,
		Summary: "read " + args.Path,
		Repeat:  tool.Idempotent,
		Do: func(context.Context, string) (tool.Result, error) {
			text, err := t.page(rel, page, workspace.Reads(k))
			if err != nil {
				return tool.Result{}, fmt.Errorf("read %s: %w", rel, err)
			}
			return tool.Result{Text: text}, nil
		},
	}
	workspace.Protects(&a, k&workspace.Secret)
	return a, nil
}

func readable(w *workspace.Workspace, rel string, missing bool) error {
	if missing {
		return workspace.Regular(rel, nil)
	}
	info, err := w.Root().Stat(rel) // through a link, as long as it stays inside
	if err != nil {
		return w.Say(rel, err)
	}
	return workspace.Regular(rel, info)
}

func (t readFile) page(rel string, page int, allowed policy.Level) (string, error) {
	f, info, err := t.w.Open(rel)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := t.w.Seen(f, rel, allowed, workspace.Reads); err != nil {
		return "", err
	}
	if info.Size() > maxRead {
		return "", fmt.Errorf("the file is too large to be read: %s", textnorm.Size(info.Size()))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRead))
	if err != nil {
		return "", t.w.Say(rel, err)
	}
	text, was, ok := textnorm.DecodeText(data)
	if !ok {
		return "", fmt.Errorf("%s is no text file (%s, %s), so it can't be read", path.Base(rel), textnorm.Binary(data), textnorm.Size(int64(len(data))))
	}
	if text == "" {
		return "(the file is empty)", nil
	}
	if len(text) <= tool.MaxText && page == 1 {
		return text + was, nil
	}
	pages := textnorm.CutPages(text, tool.MaxText)
	if page > len(pages) {
		return "", fmt.Errorf("it has only %d pages", len(pages))
	}
	head := fmt.Sprintf("[page %d of %d%s", page, len(pages), was)
	if page < len(pages) {
		head += fmt.Sprintf("; the next one is read_file path %q", rel+"#page="+strconv.Itoa(page+1))
	}
	return head + "]\n" + pages[page-1], nil
}
