// Package sqlite keeps a journal in one SQLite file (WAL, synchronous=FULL), with
// the head of the chain in a second file beside it. It knows rows, files and
// locks; it must not know what an event means.
//
// Three files belong to a journal at PATH (and SQLite's PATH-wal and PATH-shm
// while it is open):
//
//	PATH       the events
//	PATH.head  how far the chain goes, and its last hash; see [head]
//	PATH.lock  held with flock(2) by the one process that may append
//
// The chain shows what was changed, moved or taken out between two events; the
// head shows what was cut off or added at the end. Who can write both files and
// recomputes every hash can still forge a whole journal: the chain is there to
// find damage and tampering, it is no signature.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"deputy/agent/journal"

	_ "modernc.org/sqlite" // the database driver, pure Go
)

// Options of a journal. The zero value is usable.
type Options struct {
	Log *slog.Logger // nil is silent
}

// A Journal is a journal.Journal in a SQLite file. Append and Close belong to
// one goroutine at a time; Events, Verify and Head may be called by any.
type Journal struct {
	path string
	log  *slog.Logger
	lock io.Closer // nil when read-only
	file *headFile // nil when read-only
	w    *sql.DB   // the one writing connection; nil when read-only
	r    *sql.DB   // readers: in WAL mode they never wait for the writer

	// mu guards end: the appending goroutine moves it while others ask Head and Events.
	mu  sync.Mutex
	end mark
	bad error // set when a failed write could not be taken back: no more appends
}

var _ journal.Journal = (*Journal)(nil)

// Open opens the journal at path, making it (mode 0600) if there is none, and
// checks all of it. The error wraps journal.ErrInUse if another process has it
// open, and journal.ErrAltered, naming the place, if it is not what was written.
func Open(ctx context.Context, path string, o *Options) (*Journal, error) {
	if o == nil {
		o = &Options{}
	}
	j := &Journal{path: path, log: o.Log}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	if err := j.open(ctx); err != nil {
		j.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, explain(err))
	}
	return j, nil
}

// OpenReadOnly opens the journal at path to be read while another process may
// be appending to it; fs.ErrNotExist if nothing was ever written. It checks nothing beforehand: Events checks what it
// yields, Verify everything. Append fails.
func OpenReadOnly(ctx context.Context, path string, o *Options) (*Journal, error) {
	j := &Journal{path: path, log: slog.New(slog.DiscardHandler)}
	if o != nil && o.Log != nil {
		j.log = o.Log
	}
	_, err := os.Stat(path)
	if err == nil {
		j.r, err = sql.Open("sqlite", dsn(path, "mode=ro"))
	}
	if err == nil {
		err = begun(ctx, j.r, path)
	}
	if err == nil {
		err = checkSchema(ctx, j.r)
	}
	if err != nil {
		j.Close()
		return nil, fmt.Errorf("open journal %s to read: %w", path, explain(err))
	}
	return j, nil
}

func (j *Journal) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return err
	}
	var err error
	if j.lock, err = lock(j.path + ".lock"); err != nil {
		return err
	}
	// SQLite would make the file as readable as the umask lets it.
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	if j.w, err = sql.Open("sqlite", dsn(j.path, "mode=rw",
		"_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_txlock=immediate")); err != nil {
		return err
	}
	j.w.SetMaxOpenConns(1)
	if err := makeSchema(ctx, j.w); err != nil {
		return err
	}
	if j.r, err = sql.Open("sqlite", dsn(j.path, "mode=rw", "_pragma=query_only(1)")); err != nil {
		return err
	}
	if j.file, err = openHead(j.path + ".head"); err != nil {
		return err
	}
	last, err := j.walk(ctx)
	if err != nil {
		return err
	}
	if err := j.file.head.check(last); err != nil {
		return err
	}
	j.end = last
	j.log.Debug("journal opened", "path", j.path, "events", uint64(last.seq))
	return nil
}

// Head is the number and the hash of the last event; zeros when there is none.
func (j *Journal) Head() (journal.Seq, journal.Hash) {
	if j.w == nil {
		m, err := j.last(context.Background())
		if err != nil {
			j.log.Error("journal head can't be read", "err", err)
		}
		return m.seq, m.hash
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.end.seq, j.end.hash
}

// Close gives the journal back. Iterations still running end with an error.
func (j *Journal) Close() error {
	var errs []error
	for _, db := range []*sql.DB{j.r, j.w} { // the writer last: it tidies the WAL away
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if j.file != nil {
		errs = append(errs, j.file.Close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}

// dsn writes path as a URI, so that no character of it is taken for an option.
func dsn(path string, options ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	s := (&url.URL{Scheme: "file", Path: path}).String() + "?_pragma=busy_timeout(5000)"
	for _, o := range options {
		s += "&" + o
	}
	return s
}
