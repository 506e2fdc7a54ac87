package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

// maxListed is how many names one list holds.
const maxListed = 200

type listFiles struct{ w *workspace.Workspace }

func (listFiles) Spec() tool.Spec {
	return tool.Spec{
		Name:        "list_files",
		Description: "List the files and folders in a folder of the workspace.",
		Params:      schema.Of[folderArgs](),
	}
}

type folderArgs struct {
	Path string `json:"path" jsonschema:"folder; . is the workspace itself"`
}

func (t listFiles) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[folderArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	// Small models write "", "/" or "workspace" for the workspace itself.
	if p := strings.TrimSpace(args.Path); p == "" || p == "/" {
		args.Path = "."
	}
	rel, info, err := t.w.Resolve(args.Path)
	if err != nil {
		return tool.Action{}, err
	}
	if info == nil && rel == "workspace" {
		rel = "."
	} else if info == nil {
		return tool.Action{}, fmt.Errorf("there is no folder %q in the workspace", rel)
	}
	args.Path = rel
	return tool.Action{
		Tool: "list_files", Target: rel, Args: tool.Encode(args), Level: policy.Look, Phrase: "list",
		Values:  map[string]string{"path": rel},
		Facts:   map[string]string{"path": "inside"},
		Private: true,
		Summary: "list " + rel,
		Repeat:  tool.Idempotent,
		Do: func(context.Context, string) (tool.Result, error) {
			text, err := t.list(rel)
			if err != nil {
				return tool.Result{}, fmt.Errorf("list %s: %w", rel, err)
			}
			return tool.Result{Text: text}, nil
		},
	}, nil
}

func (t listFiles) list(rel string) (string, error) {
	d, err := t.w.Root().Open(rel)
	if err != nil {
		return "", t.w.Say(rel, err)
	}
	defer d.Close()
	info, err := d.Stat()
	if err != nil {
		return "", t.w.Say(rel, err)
	}
	if !info.IsDir() {
		return fmt.Sprintf("%s is a file of %s", rel, textnorm.Size(info.Size())), nil
	}
	entries, err := d.ReadDir(-1)
	if err != nil && len(entries) == 0 {
		return "", t.w.Say(rel, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), workspace.TempPrefix) })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if len(entries) == 0 {
		return "(no files)", nil
	}
	var b strings.Builder
	for i, e := range entries {
		if i == maxListed || b.Len() > tool.MaxText-200 {
			fmt.Fprintf(&b, "[%d more]\n", len(entries)-i)
			break
		}
		b.WriteString(line(e))
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func line(e fs.DirEntry) string {
	name := norm.NFC.String(textnorm.Brief(e.Name(), 240))
	switch {
	case e.IsDir():
		return name + "/\n"
	case e.Type()&fs.ModeSymlink != 0:
		return name + " (link)\n"
	case !e.Type().IsRegular():
		return name + " (no ordinary file)\n"
	}
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		return name + "\n"
	}
	return fmt.Sprintf("%s (%s)\n", name, textnorm.Size(info.Size()))
}
