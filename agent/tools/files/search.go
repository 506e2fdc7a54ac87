package files

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

const (
	maxHits     = 40
	maxSearched = 4 << 20 // of one file, bytes
	searchTime  = 10 * time.Second
)

type searchFiles struct{ w *workspace.Workspace }

func (searchFiles) Spec() tool.Spec {
	return tool.Spec{
		Name:        "search_files",
		Description: "Find files of the workspace by words in their name or content.",
		Params:      schema.Of[QueryArgs](),
	}
}

type QueryArgs struct {
	Query string `json:"query"`
}

func (t searchFiles) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[QueryArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	args.Query = textnorm.Brief(args.Query, 200)
	if args.Query == "" {
		return tool.Action{}, errors.New("the query is missing")
	}
	return tool.Action{
		Tool: "search_files", Target: ".", Args: tool.Encode(args), Level: policy.Look, Phrase: "search",
		Values:  map[string]string{"query": args.Query},
		Facts:   map[string]string{"path": "inside"},
		Private: true,
		Summary: fmt.Sprintf("search for %q", args.Query),
		Repeat:  tool.Idempotent,
		Do: func(ctx context.Context, _ string) (tool.Result, error) {
			text, err := t.search(ctx, args.Query)
			if err != nil {
				return tool.Result{}, fmt.Errorf("search for %q: %w", args.Query, err)
			}
			return tool.Result{Text: text}, nil
		},
	}, nil
}

// search looks for the whole query first; only when nothing has it, for files
// that have all its words.
func (t searchFiles) search(ctx context.Context, query string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	s := &search{w: t.w, protected: t.w.Protected().Scan(t.w.Root(), false), words: []string{textnorm.Fold(query)}}
	err := s.walk(ctx)
	if words := strings.Fields(textnorm.Fold(query)); err == nil && len(s.hits) == 0 && len(words) > 1 {
		s.words = words
		err = s.walk(ctx)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		s.hits = append(s.hits, "[the search took too long and was ended]")
	case err != nil:
		return "", err
	case len(s.hits) == 0:
		return fmt.Sprintf("nothing was found for %q", query), nil
	}
	return textnorm.Clip(strings.Join(s.hits, "\n"), tool.MaxText), nil
}

// A search collects lines that hold every word, or the first lines that hold
// one when the words stand apart.
type search struct {
	w         *workspace.Workspace
	protected workspace.Findings
	words     []string
	hits      []string
}

var errEnough = errors.New("enough was found")

func (s *search) walk(ctx context.Context) error {
	err := fs.WalkDir(s.w.Root().FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case len(s.hits) >= maxHits:
			return errEnough
		case err != nil:
			return nil // a folder that can't be read hides nothing else
		case d.IsDir():
			if name := d.Name(); name == ".git" || name == "node_modules" {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), workspace.TempPrefix):
			return nil
		}
		s.File(p)
		return nil
	})
	if errors.Is(err, errEnough) {
		s.hits = append(s.hits, "[more was found: search for something narrower]")
		return nil
	}
	return err
}

func (s *search) File(p string) {
	name := norm.NFC.String(p)
	if holdsAll(textnorm.Fold(path.Base(name)), s.words) {
		s.hits = append(s.hits, name)
	}
	data, err := s.read(p)
	if err != nil {
		return
	}
	text, _, ok := textnorm.DecodeText(data)
	if !ok || !holdsAll(textnorm.Fold(text), s.words) {
		return
	}
	found := 0
	for i, line := range bytes.Split([]byte(text), []byte("\n")) {
		if found == 3 || len(s.hits) >= maxHits {
			return
		}
		if folded := textnorm.Fold(string(line)); holdsAll(folded, s.words) || len(s.words) > 1 && strings.Contains(folded, s.words[found%len(s.words)]) {
			s.hits = append(s.hits, fmt.Sprintf("%s:%d: %s", name, i+1, textnorm.Brief(string(line), 160)))
			found++
		}
	}
}

// read gives what a file holds, unless that is a secret.
func (s *search) read(p string) ([]byte, error) {
	f, info, err := s.w.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	name, err := workspace.FileName(f) // a folder may have become a link meanwhile
	in, ok := workspace.Below(filepath.ToSlash(name), filepath.ToSlash(s.w.Dir()))
	if err != nil || !ok || s.protected.Secret(s.w.Root(), in, info) {
		return nil, fs.ErrPermission
	}
	if info.Size() > maxSearched {
		return nil, errEnough
	}
	return io.ReadAll(io.LimitReader(f, maxSearched))
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
