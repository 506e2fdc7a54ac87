package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"deputy/agent/tool"
	"deputy/internal/dirs"
)

// noteName is the file of the undo directory that says, while a command runs in
// the workspace itself, what was protected before: should Deputy be killed, the
// next start sweeps.
const noteName = "protected.json"

func (g *Guard) Note() error {
	if g.opens&Runs != 0 {
		return nil
	}
	had := []string{}
	for _, f := range slices.Concat(g.before.Paths, g.before.Git, g.files) {
		had = append(had, f.Path)
	}
	if err := replace(g.w.copies.root, noteName, tool.Encode(had), 0o600); err != nil {
		return fmt.Errorf("note what is protected: %w", err)
	}
	return nil
}

// resweep takes away what a command made that was cut off with Deputy.
func (w *Workspace) resweep() (took []string, err error) {
	data, err := w.copies.root.ReadFile(noteName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var had []string
	if err == nil {
		err = json.Unmarshal(data, &had)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was protected before a command that was cut off: %w", err)
	}
	after := w.protected.Scan(w.root, true)
	for _, f := range append(after.Git, after.Files(w.root)...) {
		p := f.Path
		if slices.Contains(had, p) || f.Kind&Runs == 0 || slices.ContainsFunc(took, func(in string) bool { return strings.HasPrefix(p, in+"/") }) {
			continue
		}
		if f.Info.IsDir() && !strings.Contains("/"+p, "/.git") {
			p = path.Join(p, "HEAD") // without it the folder is no repository
		}
		if err := w.setAside(p); err != nil {
			return took, err
		}
		took = append(took, p)
	}
	return took, w.copies.root.Remove(noteName)
}

// asideName is the folder of the undo directory that keeps, until the next start,
// what was taken out of the workspace: it may have been the owner who put it there.
const asideName = "aside"

// setAside takes a path out of the workspace.
func (w *Workspace) setAside(p string) error {
	if err := w.copies.root.MkdirAll(asideName, 0o700); err != nil {
		return fmt.Errorf("take %s away: %w", p, err)
	}
	dir, err := os.MkdirTemp(filepath.Join(w.copies.root.Name(), asideName), "")
	if err != nil {
		return fmt.Errorf("take %s away: %w", p, err)
	}
	defer dirs.Writable(w.root, path.Dir(p))()
	if err = os.Rename(w.abs(p), filepath.Join(dir, path.Base(p))); err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err = dirs.RemoveAll(w.root, p); err != nil { // it is on another file system
		return fmt.Errorf("take %s away: %w", p, err)
	}
	return nil
}
