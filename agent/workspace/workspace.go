package workspace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/workspace/checkpoint"
	"deputy/internal/textnorm"
)

// A Workspace is the one directory whose files Deputy reads and changes, with
// the copies that take a change back. Nothing outside it is reached through it,
// whatever a path or a link says. Its methods may be called from any goroutine.
type Workspace struct {
	dir       string
	root      *os.Root
	protected Protected
	// mu makes "look, keep a copy, change" one step, and guards copies.
	mu     sync.Mutex
	copies *copies
	points *checkpoint.Store
	// CutOff says what a Deputy that was killed had left half done, and that it
	// was carried on with.
	CutOff []string
	// meanwhile are the paths that others changed while a command runs that may
	// change any; nil while none does.
	meanwhile map[string]bool
}

// New opens dir, which is made if it isn't there, and undoDir, where
// the copies for undo are kept: neither may lie in the other.
func New(dir, undoDir string) (*Workspace, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the workspace: %w", err)
	}
	if err := os.MkdirAll(undoDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the undo directory: %w", err)
	}
	dir, err := realPath(dir)
	if err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}
	undoDir, err = realPath(undoDir)
	if err != nil {
		return nil, fmt.Errorf("open the undo directory: %w", err)
	}
	_, in := Below(undoDir, dir)
	_, around := Below(dir, undoDir)
	if in || around {
		return nil, fmt.Errorf("the workspace %s and the undo directory %s lie in each other: choose two separate directories", dir, undoDir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}
	c, err := openCopies(undoDir)
	if err != nil {
		root.Close()
		return nil, err
	}
	points, told, err := checkpoint.Open(dir, undoDir)
	if err != nil {
		root.Close()
		c.root.Close()
		return nil, err
	}
	w := &Workspace{dir: dir, root: root, copies: c, points: points, CutOff: told}
	if err := w.Protect(nil, nil); err != nil {
		w.Close()
		return nil, err
	}
	if took, err := w.resweep(); err != nil {
		w.Close()
		return nil, err
	} else if len(took) > 0 {
		w.CutOff = append(w.CutOff, "a command was cut off that had made what programs run or obey by themselves: it was taken away ("+checkpoint.Few(took)+")")
	}
	return w, nil
}

func realPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// Dir is the workspace's absolute path, without links.
func (w *Workspace) Dir() string { return w.dir }

// Root opens files of the workspace by their path in it, and no other.
func (w *Workspace) Root() *os.Root { return w.root }

// Protected is what of the workspace is protected.
func (w *Workspace) Protected() Protected { return w.protected }

// Scratch is where what is needed for a moment only may be kept, outside the
// workspace.
func (w *Workspace) Scratch() string { return w.copies.scratch() }

// Close gives the directories back. No tool of w may be used afterwards.
func (w *Workspace) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.root.Close(), w.copies.root.Close(), w.points.Close())
}

// Resolve cleans p and finds the file it means: names that differ only in their
// Unicode form (NFC, NFD) are the same. info is nil when there is no such file.
func (w *Workspace) Resolve(p string) (rel string, info fs.FileInfo, err error) {
	rel, err = cleanPath(w.dir, p)
	if err != nil {
		return "", nil, err
	}
	found := "."
	parts := strings.Split(rel, "/")
	for i, part := range parts {
		next := path.Join(found, part)
		_, err := w.root.Lstat(next)
		if errors.Is(err, fs.ErrNotExist) {
			if next = w.otherForm(found, part); next == "" {
				return path.Join(found, path.Join(parts[i:]...)), nil, nil
			}
		} else if err != nil {
			return "", nil, w.Say(rel, err)
		}
		found = next
	}
	info, err = w.root.Lstat(found)
	if err != nil {
		return "", nil, w.Say(rel, err)
	}
	return found, info, nil
}

func (w *Workspace) otherForm(dir, name string) string {
	d, err := w.root.Open(dir)
	if err != nil {
		return ""
	}
	defer d.Close()
	names, _ := d.Readdirnames(10000)
	for _, n := range names {
		if n != name && norm.NFC.String(n) == name {
			return path.Join(dir, n)
		}
	}
	return ""
}

// Existing resolves p to a regular file, without following a last link.
func (w *Workspace) Existing(p string) (string, fs.FileInfo, error) {
	rel, info, err := w.Resolve(p)
	if err != nil {
		return "", nil, err
	}
	return rel, info, Regular(rel, info)
}

func Regular(rel string, info fs.FileInfo) error {
	switch {
	case info == nil:
		return fmt.Errorf("there is no file %q in the workspace: list_files shows what there is", rel)
	case info.IsDir():
		return fmt.Errorf("%q is a folder, not a file", rel)
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%q is a link: name the file itself", rel)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%q is no ordinary file", rel)
	}
	return nil
}

// Open opens a regular file; a pipe or device that took its place can't block it.
func (w *Workspace) Open(rel string) (*os.File, fs.FileInfo, error) {
	f, err := w.root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, w.Say(rel, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = Regular(rel, info)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// Say makes an error of the file system into a sentence.
func (w *Workspace) Say(rel string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q in the workspace: list_files shows what there is", rel)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%q can't be opened: permission denied", rel)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%q can't be written: the disk is full", rel)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%q lies below a file, not below a folder", rel)
	case errors.Is(err, syscall.ELOOP), strings.Contains(err.Error(), "escapes"):
		return fmt.Errorf("%q leads out of the workspace: %w", rel, errOutside)
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%q can't be used: %w", rel, err)
}

func (w *Workspace) ReadAll(rel string, limit int64) ([]byte, error) {
	f, _, err := w.Open(rel)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, w.Say(rel, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%q is too large: more than %s", rel, textnorm.Size(limit))
	}
	return data, nil
}

func (w *Workspace) abs(rel string) string { return filepath.Join(w.dir, filepath.FromSlash(rel)) }
