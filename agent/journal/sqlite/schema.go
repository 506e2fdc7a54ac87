package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"deputy/agent/journal"
)

// version is the layout of the file, in user_version; raise it with the table.
const version = 2

const table = `CREATE TABLE event (
	seq  INTEGER PRIMARY KEY,
	time INTEGER NOT NULL, -- microseconds since 1970, UTC
	kind TEXT NOT NULL,
	task TEXT NOT NULL,
	body BLOB NOT NULL,
	prev BLOB NOT NULL,
	hash BLOB NOT NULL,
	seal BLOB NOT NULL  -- HMAC of the hash, 16 bytes
) STRICT`

// makeSchema lays an empty file out, and checks any other.
func makeSchema(ctx context.Context, db *sql.DB) error {
	var n int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, s := range []string{table, fmt.Sprintf("PRAGMA user_version=%d", version)} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return checkSchema(ctx, db)
}

// begun tells a journal whose owner was stopped before the first write (it is
// made anew at the next start) from one that was emptied.
func begun(ctx context.Context, db *sql.DB, path string) error {
	var n int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err
	}
	if n > 0 || size(path+".head") > 0 {
		return nil
	}
	return fmt.Errorf("nothing was written yet: %w", fs.ErrNotExist)
}

// checkSchema refuses a file that holds anything but the one table: a trigger
// or a view in it could change what is written and read.
func checkSchema(ctx context.Context, db *sql.DB) error {
	var v, n int
	var s sql.NullString
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*), max(sql) FROM sqlite_schema").Scan(&n, &s); err != nil {
		return err
	}
	switch ours := n == 1 && s.String == table; {
	case ours && v == version:
		return nil
	case !ours && v > version:
		return fmt.Errorf("it was written by a newer Deputy (layout %d, this one knows %d): update Deputy", v, version)
	case !ours && v > 0 && v < version:
		return fmt.Errorf("it was written by an older Deputy (layout %d, this one knows %d): move it and its .head file away to begin a new one", v, version)
	}
	return &journal.Altered{Damage: journal.BadLayout}
}

// explain puts what the owner can do in front of what SQLite says.
func explain(err error) error {
	if journal.AlteredIn(err) != nil {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w (%w)", journal.ErrFull, err)
	}
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the low byte is the primary code
	case codes.SQLITE_FULL:
		return fmt.Errorf("%w (%w)", journal.ErrFull, err)
	case codes.SQLITE_IOERR:
		if e.Code() == codes.SQLITE_IOERR_WRITE { // a limit on files or of a quota
			return fmt.Errorf("%w (%w)", journal.ErrFull, err)
		}
		return fmt.Errorf("the disk fails; see the system's log: %w", err)
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB, codes.SQLITE_ERROR: // our own SQL has no error
		return &journal.Altered{Damage: journal.NoJournal, Err: err}
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_CANTOPEN:
		return fmt.Errorf("the file can't be written or opened; check its owner and mode: %w", err)
	}
	return err
}
