package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"deputy/agent/journal"
)

// Findings are what can be read of a journal that may be damaged. They hold the
// journal's lock until they are closed, so that what was found stays true.
type Findings struct {
	// Damage is what is wrong, the first place first; empty if nothing is.
	Damage []*journal.Altered
	// Whole counts the events from the first on that are what was written.
	Whole journal.Seq
	// Sealed is false if the seal file could not be read: then only the chain speaks for
	// the events, and anyone who knows the format can write one.
	Sealed bool
	// Last is when the last of them was written; zero if there is none.
	Last time.Time
	// Known is how far the head and the anchor say that the chain went; 0 if
	// neither could be read.
	Known journal.Seq

	path string
	j    *Journal // of a copy of the file
	dir  string   // holds the copy
}

// Examine reads the journal at path as far as it can be read. It works on a copy
// and changes nothing, but that a repair that was interrupted is put in place. An
// error is one of the machine; what is wrong with the journal is in the findings.
func Examine(ctx context.Context, path string, o *Options) (*Findings, error) {
	if size(o.seal(path)) > 0 { // the folder may be gone with everything that was in it
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("examine journal %s: %w", path, err)
		}
	}
	l, err := lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("examine journal %s: %w", path, err)
	}
	f, err := &Findings{path: path, j: &Journal{path: path, sealPath: o.seal(path), lock: l}}, finish(path, o.seal(path))
	if err == nil {
		err = f.examine(ctx)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("examine journal %s: %w", path, explain(err))
	}
	return f, nil
}

// kept yields the first n events; n is at most Whole.
func (f *Findings) kept(n journal.Seq) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		if n == 0 {
			return
		}
		to := mark{seq: n}
		h, err := f.j.hashOf(context.Background(), n)
		to.hash = h
		if err == nil {
			err = f.j.scanAbove(context.Background(), 0, mark{}, to, func(e journal.Event) bool { return yield(e, nil) })
		}
		if err != nil {
			yield(journal.Event{}, fmt.Errorf("read the copy of the journal: %w", err))
		}
	}
}

// Close gives the journal's lock back and removes the copy.
func (f *Findings) Close() error {
	err := f.j.Close()
	if f.dir != "" {
		err = errors.Join(err, os.RemoveAll(f.dir))
	}
	return err
}

func (f *Findings) damaged(err error) error {
	if err == nil {
		return nil
	}
	a := journal.AlteredIn(explain(err))
	if a == nil {
		return err
	}
	f.Damage = append(f.Damage, a)
	return nil
}

func (f *Findings) examine(ctx context.Context) (err error) {
	if f.j.seal, err = loadSeal(f.j.sealPath); err == nil {
		f.Sealed = true
		f.Known = f.j.seal.anchor.seq
	}
	if err = f.copy(); err != nil {
		return err
	}
	sealErr := f.sealState()
	if f.j.r, err = sql.Open("sqlite", dsn(filepath.Join(f.dir, "journal.db"), "mode=rw")); err != nil {
		return err
	}
	if !f.Sealed {
		f.j.seal = nil // nothing to check with
	}
	end, err := f.readChain(ctx)
	if err == nil && len(f.Damage) == 0 {
		err = f.checkEnd(end)
	}
	return errors.Join(err, f.damaged(sealErr))
}

// sealState is what is wrong with the seal file, if the journal was ever begun.
func (f *Findings) sealState() error {
	_, err := loadSeal(f.j.sealPath)
	if errors.Is(err, fs.ErrNotExist) && size(f.path) == 0 && size(f.path+".head") == 0 {
		return nil
	}
	return sealGone(f.j.sealPath, err)
}

// copy puts the file, and what SQLite has not moved into it yet, where it can be
// opened without any change to it.
func (f *Findings) copy() (err error) {
	if f.dir, err = os.MkdirTemp("", "deputy-journal-"); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(filepath.Join(f.dir, "journal.db"+suffix), f.path+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	to, err := os.OpenFile(filepath.Join(f.dir, "journal.db"), os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return to.Close()
}

func copyFile(to, from string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Sync(), w.Close())
}
