package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"deputy/agent/tool"
	"deputy/internal/dirs"
)

const (
	// maxKept is the largest file of which a copy is kept for undo, maxCopies
	// what all copies together may take: the oldest go first.
	MaxKept   = 32 << 20
	maxCopies = 512 << 20
	// tempPrefix begins the name of a file that is not yet whole.
	TempPrefix = ".deputy-tmp-"
)

// copies keeps old contents by their SHA-256, and what each effect changed by
// its key. Its methods may not be called concurrently: Workspace.mu guards it.
type copies struct {
	root  *os.Root
	total int64
	limit int64
}

func openCopies(dir string) (*copies, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the undo directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the undo directory: %w", err)
	}
	c := &copies{root: root, limit: maxCopies}
	// What a Deputy that was killed left of a command's folder, and what was taken
	// out of the workspace.
	err = errors.Join(dirs.ClearAway(c.scratch()), dirs.ClearAway(filepath.Join(dir, asideName)), root.Mkdir(scratchName, 0o700))
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("tidy the undo directory: %w", err)
	}
	kept, err := c.list()
	if err != nil {
		root.Close()
		return nil, err
	}
	for _, k := range kept {
		c.total += k.size
	}
	return c, nil
}

// scratchName is the folder in which commands have their private ones.
const scratchName = "scratch"

// scratch is the path of the folder in which commands have their private ones.
func (c *copies) scratch() string { return filepath.Join(c.root.Name(), scratchName) }

func copyFile(name string) string { return path.Join("copies", name[:2], name) }

// has says whether the copy of so many bytes is there; it counts as new again.
func (c *copies) has(name string, bytes int) bool {
	file := copyFile(name)
	info, err := c.root.Stat(file)
	if err != nil || info.Size() != int64(bytes) {
		return false
	}
	now := time.Now()
	_ = c.root.Chtimes(file, now, now) // a lost time only makes it go sooner
	return true
}

// put keeps data and gives its name.
func (c *copies) put(data []byte) (string, error) {
	name := sum(data)
	file := copyFile(name)
	if c.has(name, len(data)) {
		return name, nil
	}
	if err := c.root.MkdirAll(path.Dir(file), 0o700); err != nil {
		return "", fmt.Errorf("keep a copy for undo: %w", err)
	}
	if err := replace(c.root, file, data, 0o600); err != nil {
		return "", fmt.Errorf("keep a copy for undo: %w", err)
	}
	c.total += int64(len(data))
	return name, c.shrink(file)
}

// get gives back what put kept. The error says that it is gone, or damaged.
func (c *copies) get(name string) ([]byte, error) {
	if len(name) != 64 || strings.Trim(name, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("%q names no copy", name)
	}
	data, err := c.root.ReadFile(copyFile(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the old content is no longer kept")
	}
	if err != nil {
		return nil, fmt.Errorf("read the copy for undo: %w", err)
	}
	if sum(data) != name {
		return nil, errors.New("the copy kept for undo is damaged")
	}
	return data, nil
}

// Note remembers what the effect of key changes, before it is changed.
func (c *copies) Note(key string, ch change) error {
	if key == "" {
		return nil
	}
	if err := c.root.MkdirAll("changes", 0o700); err != nil {
		return fmt.Errorf("remember the change: %w", err)
	}
	data := tool.Encode(ch)
	if err := replace(c.root, changeFile(key), data, 0o600); err != nil {
		return fmt.Errorf("remember the change: %w", err)
	}
	c.total += int64(len(data))
	return nil
}

// noted gives what note remembered of key.
func (c *copies) noted(key string) (ch change, ok bool) {
	if key == "" {
		return ch, false
	}
	data, err := c.root.ReadFile(changeFile(key))
	if err != nil || json.Unmarshal(data, &ch) != nil {
		return change{}, false
	}
	return ch, true
}

func changeFile(key string) string { return "changes/" + sum([]byte(key)) + ".json" }

type keptFile struct {
	name string
	size int64
	at   time.Time
}

func (c *copies) list() ([]keptFile, error) {
	var kept []keptFile
	err := fs.WalkDir(c.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && !strings.HasPrefix(p, "copies") && !strings.HasPrefix(p, "changes") {
			return fs.SkipDir // the checkpoints look after themselves
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			kept = append(kept, keptFile{p, info.Size(), info.ModTime()})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the undo directory: %w", err)
	}
	return kept, nil
}

// shrink removes the oldest copies until the rest fits; never the one called keep.
func (c *copies) shrink(keep string) error {
	if c.total <= c.limit {
		return nil
	}
	kept, err := c.list()
	if err != nil {
		return err
	}
	slices.SortFunc(kept, func(a, b keptFile) int { return a.at.Compare(b.at) })
	c.total = 0
	for _, k := range kept {
		c.total += k.size
	}
	for _, k := range kept {
		// A quarter is cleared at once, so that not every change walks the disk.
		if c.total <= c.limit*3/4 {
			break
		}
		if k.name != keep && c.root.Remove(k.name) == nil {
			c.total -= k.size
		}
	}
	return nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// replace makes name hold data, whole or not at all, and on disk when it
// returns. What was there before, a link too, is replaced and not written through.
func replace(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	dir := path.Dir(name)
	temp := path.Join(dir, TempPrefix+sum([]byte(name))[:16])
	if err := root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left over from a crash, and can't be cleared
	}
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
		return err
	}
	return syncDir(root, dir)
}

func syncDir(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
