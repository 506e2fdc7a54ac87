package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deputy/agent/journal"
)

// ErrHalfRepaired says that a repair was interrupted; Open and Examine finish it.
var ErrHalfRepaired = errors.New("a repair of the journal was interrupted; start Deputy to finish it")

// errRepaired says that another journal lies there now.
var errRepaired = errors.New("the journal was repaired while it was read; look again")

// The new journal is made in PATH.repair.new and counts from the moment at which
// that is renamed to PATH.repair; what is left to do then can be done any number
// of times. The new seal waits beside the old one: renaming works within a file
// system only.
const (
	staging  = ".repair.new"
	staged   = ".repair"
	asideKey = "aside" // the file in it that holds the name for the old journal
)

// rename is os.Rename; a test lets the power fail in it.
var rename = os.Rename

// Rebuild puts a new journal in the place of the one that f found: the first n
// events of it, with the hashes they had, and behind them the event that tell makes, which is given the name under which the old
// journal lies from now on. It has a new key. Nothing of the old one is deleted:
// its files, and SQLite's with them, are renamed to that name. Stopped at any
// point it has happened as a whole, or will have at the next Open, or not at all.
func (f *Findings) Rebuild(ctx context.Context, n journal.Seq, tell func(aside string) (journal.Event, error)) (aside string, err error) {
	if n > f.Whole {
		return "", fmt.Errorf("rebuild the journal: only the first %d events are whole", f.Whole)
	}
	fail := func(err error) (string, error) {
		return "", fmt.Errorf("rebuild the journal: %w", explain(err))
	}
	aside = f.asideName(time.Now())
	told, err := tell(aside)
	if err != nil {
		return fail(err)
	}
	dir := f.path + staging
	if err := os.RemoveAll(dir); err != nil { // of an attempt that came to nothing
		return fail(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	if err := f.stage(ctx, dir, n, told); err != nil {
		return fail(err)
	}
	if err := copyFile(f.j.sealPath+staged, filepath.Join(dir, "journal.db.seal")); err != nil {
		return fail(err)
	}
	if err := writeSynced(filepath.Join(dir, asideKey), aside); err != nil {
		return fail(err)
	}
	if err := errors.Join(syncDir(dir), syncDir(filepath.Dir(f.j.sealPath))); err != nil {
		return fail(err)
	}
	if err := rename(dir, f.path+staged); err != nil {
		return fail(err)
	}
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return fail(err)
	}
	if err := finish(f.path, f.j.sealPath); err != nil {
		return fail(err)
	}
	return aside, nil
}

// stage writes the new journal into dir.
func (f *Findings) stage(ctx context.Context, dir string, n journal.Seq, told journal.Event) (err error) {
	j, err := Open(ctx, filepath.Join(dir, "journal.db"), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if f.j.seal != nil {
		if j.adopted = f.j.Erased(); len(j.adopted) > 0 {
			if err := j.seal.key.writeErasures(j.path, j.adopted); err != nil {
				return err
			}
		}
	}
	var some []journal.Event
	put := func() error {
		if len(some) == 0 {
			return nil
		}
		if err := j.put(ctx, some); err != nil {
			return err
		}
		some = some[:0]
		return nil
	}
	for e, err := range f.kept(n) {
		if err != nil {
			return err
		}
		if some = append(some, e); len(some) == page {
			if err := put(); err != nil {
				return err
			}
		}
	}
	if err := put(); err != nil {
		return err
	}
	return j.Append(ctx, told)
}

// asideName is a name for the old journal that nothing has yet.
func (f *Findings) asideName(now time.Time) string {
	base := f.path + ".before-" + now.Format("20060102-150405")
	for i, name := 2, base; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}

func writeSynced(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// finish puts a repaired journal in its place, from wherever that was left off;
// nothing if there is none. The caller holds the lock.
func finish(path, seal string) error {
	dir := path + staged
	b, err := os.ReadFile(filepath.Join(dir, asideKey))
	if errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(dir) // what its own removal left behind, if anything
	}
	if err != nil {
		return err
	}
	aside := string(b)
	next := filepath.Join(dir, "journal.db")
	if _, err := os.Lstat(next); err == nil {
		// What SQLite had not yet moved into the old file goes with it, and what was
		// made of its events.
		for _, suffix := range append([]string{"-wal", "-shm", erasedFile("")}, snapshotSlots[:]...) {
			if err := rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	suffix := strings.TrimPrefix(aside, path)
	for _, s := range []struct{ next, now, aside string }{
		{next, path, aside}, {next + ".head", path + ".head", aside + ".head"}, {seal + staged, seal, seal + suffix},
		{erasedFile(next), erasedFile(path), erasedFile(aside)},
	} {
		if err := swap(s.next, s.now, s.aside); err != nil {
			return err
		}
	}
	if err := errors.Join(syncDir(filepath.Dir(path)), syncDir(filepath.Dir(seal))); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(dir), syncDir(filepath.Dir(path)))
}

// swap moves now aside and next into its place; nothing if it has done so before.
func swap(next, now, aside string) error {
	if _, err := os.Lstat(next); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
		if err := rename(now, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return rename(next, now)
}
