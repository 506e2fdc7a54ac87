// Package sqlite keeps a journal in one SQLite file (WAL, synchronous=FULL), with
// the head of the chain in a second file beside it and the key that seals it in a
// third. It knows rows, files and locks; it must not know what an event means.
//
// These files belong to a journal at PATH (and SQLite's PATH-wal and PATH-shm
// while it is open):
//
//	PATH       the events, each with its hash and its seal
//	PATH.head  how far the chain goes, and its last hash; see [head]
//	PATH.lock  held with flock(2) by the one process that may append
//	SEAL       the key, and an event that the chain has reached; see [sealFile].
//	           It is PATH.seal unless Options.Seal puts it elsewhere.
//	PATH.snapshot.1, PATH.snapshot.2  what the events came to, sealed; see [Journal.SaveSnapshot]
//	PATH.erased  which events had their text erased, when and by what rule, sealed;
//	           see [Journal.Erase]
//	PATH.repair  only while a repair is being put in place; see [Rebuild]
//
// What is proved. The chain shows what was changed, moved or taken out between
// two events, and the head what was cut off or added at the end: damage and
// clumsy tampering, to anyone who reads the files. The seals show that whoever
// wrote an event, or the head, could read the key: an attacker who can write the
// journal but not read the key (a sandboxed command, another account, a copy that
// came back from elsewhere) can't add, change or cut anything unseen, however well
// he knows the format. The anchor shows that the whole journal was put back to an
// earlier state, as long as the seal file was not put back with it: that is why
// it should lie in another folder.
//
// What is not proved. The key lies on the same machine with mode 0600. Who runs
// as the same user outside the sandbox, or as root, can read it and forge or roll
// back everything; so can who restores a backup of both folders at once. Only a
// witness outside of this machine could tell, and there is none here. Nor does the
// journal prove that what was written down was true.
//
// What is proved when. Open checks every event, but for a journal of more than
// Options.Whole (200,000) that has a snapshot: then it checks the end (the head,
// the anchor), the snapshot's seal, that the snapshot's event stands in the chain,
// and every event after it. The events before are checked by Journal.Check, after
// the start and at its leisure: until that is over, damage among them is not found.
// It can't change what is done all the same, since nobody reads them: what they
// came to is in the snapshot, which only this key can seal. A journal in which
// Check finds damage loses its snapshots, so that the next Open checks everything
// and refuses it. Verify checks all, always. A snapshot is deleted, damaged or put
// back to an older one without effect, but for the time that the next start takes;
// one that is newer than the journal is passed over and told in the log, since a
// copy of the journal was then put back.
//
// What was erased. An event of which only the text was erased, since it was old
// enough, keeps its hash, its place in the chain and its seal, and has another seal
// over what is left of it, made for one line of PATH.erased. Without that line, or
// where the event was younger than the line allows, it is damage like any other.
// What an erased text said can't be proved by the journal alone any more; who has
// the text can show that it has the hash.
//
// A crash is not tampering. An append that was under way when the process was
// killed or the power failed is there afterwards as a whole or not at all, and
// both are accepted; one that was acknowledged is never given up without an error.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the database driver, pure Go

	"deputy/agent/journal"
)

// Options of a journal. The zero value is usable.
type Options struct {
	Log *slog.Logger // nil is silent
	// Seal is the seal file; "" is the journal's own path with ".seal" behind it.
	Seal string
	// Whole is the number of events up to which Open checks all of them, however
	// many snapshots there are; 0 means 200,000.
	Whole journal.Seq
}

// A Journal is a journal.Journal in a SQLite file. Append and Close belong to
// one goroutine at a time; Events, Verify and Head may be called by any.
type Journal struct {
	path, sealPath string

	log  *slog.Logger
	lock io.Closer // nil when read-only
	file *headFile // nil when read-only
	seal *sealFile // read only when read-only
	w    *sql.DB   // the one writing connection; nil when read-only
	r    *sql.DB   // readers: in WAL mode they never wait for the writer

	// mu guards end: the appending goroutine moves it while others ask Head and Events.
	mu  sync.Mutex
	end mark
	bad error // set when a failed write could not be taken back: no more appends

	whole journal.Seq // Options.Whole
	rest  mark        // the events up to here are left to Check
	// adopted are the erasures of events that are taken over from another journal.
	adopted []journal.Erasure
}

var (
	_ journal.Snapshotter = (*Journal)(nil)
	_ journal.Eraser      = (*Journal)(nil)
)

func newJournal(path string, o *Options) *Journal {
	if o == nil {
		o = &Options{}
	}
	j := &Journal{path: path, sealPath: o.seal(path), log: o.Log, whole: cmp.Or(o.Whole, 200_000)}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	return j
}

// seal is where the seal of the journal at path lies.
func (o *Options) seal(path string) string {
	if o == nil || o.Seal == "" {
		return path + ".seal"
	}
	return o.Seal
}

// Open opens the journal at path, making it (mode 0600) if there is none, and
// checks all of it; of one longer than Options.Whole the events before its last
// snapshot are left to Check. A repair that was interrupted is put in place first.
// The error wraps journal.ErrInUse if another process has it open; it is a
// *journal.Altered, naming the place, if it is not what was written.
func Open(ctx context.Context, path string, o *Options) (*Journal, error) {
	j := newJournal(path, o)
	if err := j.open(ctx); err != nil {
		j.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, explain(err))
	}
	return j, nil
}

// OpenReadOnly opens the journal at path to be read while another process may
// be appending to it; fs.ErrNotExist if nothing was ever written. It checks no
// event beforehand: Events checks what it yields, Verify everything. Append fails.
func OpenReadOnly(ctx context.Context, path string, o *Options) (*Journal, error) {
	j := newJournal(path, o)
	if err := j.openReadOnly(ctx); err != nil {
		j.Close()
		return nil, fmt.Errorf("open journal %s to read: %w", path, explain(err))
	}
	return j, nil
}

func (j *Journal) openReadOnly(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(j.path+staged, asideKey)); err == nil {
		return ErrHalfRepaired
	}
	s, serr := loadSeal(j.sealPath)
	_, err := os.Stat(j.path)
	if err == nil {
		j.r, err = sql.Open("sqlite", dsn(j.path, "mode=ro"))
	}
	if err == nil {
		err = begun(ctx, j.r, j.path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && serr == nil && s.anchor.seq > 0:
		return s.check(mark{})
	case err != nil:
		return err
	case serr != nil:
		return sealGone(j.sealPath, serr)
	}
	j.seal = s
	return checkSchema(ctx, j.r)
}

func (j *Journal) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return err
	}
	var err error
	if j.lock, err = lock(j.path + ".lock"); err != nil {
		return err
	}
	if err := finish(j.path, j.sealPath); err != nil {
		return err
	}
	if j.seal, err = openSeal(j.path, j.sealPath); err != nil {
		return err
	}
	// SQLite would make the file as readable as the umask lets it.
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	f.Close()
	// Without fullfsync macOS leaves what was synced in the drive's own cache.
	if j.w, err = sql.Open("sqlite", dsn(j.path, "mode=rw", "_pragma=journal_mode(WAL)",
		"_pragma=synchronous(FULL)", "_pragma=fullfsync(1)", "_txlock=immediate")); err != nil {
		return err
	}
	j.w.SetMaxOpenConns(1)
	if err := makeSchema(ctx, j.w); err != nil {
		return err
	}
	if j.r, err = sql.Open("sqlite", dsn(j.path, "mode=rw", "_pragma=query_only(1)")); err != nil {
		return err
	}
	return j.check(ctx)
}

// sealGone says what a missing seal means.
func sealGone(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &journal.Altered{Damage: journal.SealGone, File: path}
	}
	return err
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
	if j.seal != nil {
		errs = append(errs, j.seal.Close())
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
