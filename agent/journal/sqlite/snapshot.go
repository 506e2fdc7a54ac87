package sqlite

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"deputy/agent/journal"
)

// Two snapshots are kept, in files of their own, so that one that is lost with
// the disk under it leaves the other. A file is one line and then the body:
//
//	deputy-snapshot SEQ HASH SEAL SCHEMA
//
// SEAL is made with the journal's key over all the rest. A file is written under
// another name and renamed, so that a crash leaves the one there was.
const (
	snapshotWord  = "deputy-snapshot"
	freshSnapshot = ".snapshot.new"
	// mostSnapshot bounds what is read of a snapshot that somebody put there.
	mostSnapshot = 1 << 30
)

// snapshotSlots are what is behind the journal's path in the files' names.
var snapshotSlots = [2]string{".snapshot.1", ".snapshot.2"}

// SaveSnapshot puts s on disk in the place of the older of two; see journal.Snapshotter.
func (j *Journal) SaveSnapshot(ctx context.Context, s journal.Snapshot) error {
	fail := func(err error) error { return fmt.Errorf("keep a snapshot of the journal: %w", explain(err)) }
	switch at, err := j.hashOf(ctx, s.Seq); {
	case j.w == nil:
		return fail(errors.New("it is open to be read only"))
	case strings.ContainsAny(s.Schema, "\r\n"):
		return fail(fmt.Errorf("the schema %q is more than a line", s.Schema))
	case err != nil:
		return fail(err)
	case at != s.Hash:
		return fail(fmt.Errorf("it is not of this journal's event %d", s.Seq))
	}
	if err := j.writeSnapshot(s, j.path+j.olderSlot(ctx)); err != nil {
		return fail(err)
	}
	return nil
}

func (j *Journal) writeSnapshot(s journal.Snapshot, path string) error {
	fresh := j.path + freshSnapshot
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(j.seal.key.snapshotLine(s))
	if err == nil {
		_, err = f.Write(s.Body)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// olderSlot is where the next snapshot goes: one that can't be used is the oldest.
func (j *Journal) olderSlot(ctx context.Context) string {
	var seqs [2]journal.Seq
	for i, slot := range snapshotSlots {
		if s, err := j.readSnapshot(ctx, j.path+slot); err == nil {
			seqs[i] = s.Seq
		}
	}
	if seqs[1] < seqs[0] {
		return snapshotSlots[1]
	}
	return snapshotSlots[0]
}

// LatestSnapshot is the youngest snapshot of that schema; see journal.Snapshotter.
func (j *Journal) LatestSnapshot(ctx context.Context, schema string) (journal.Snapshot, bool) {
	for _, s := range j.snapshots(ctx) {
		if s.Schema == schema {
			return s, true
		}
		j.log.Info("a snapshot of another version is passed over", "seq", uint64(s.Seq))
	}
	return journal.Snapshot{}, false
}

// snapshots are those that can be believed, the youngest first. What is wrong
// with the others goes into the log and has no other consequence.
func (j *Journal) snapshots(ctx context.Context) (all []journal.Snapshot) {
	for _, slot := range snapshotSlots {
		s, err := j.readSnapshot(ctx, j.path+slot)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			j.log.Warn("a snapshot of the journal is not used: the events are read instead", "file", j.path+slot, "why", err)
		default:
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b journal.Snapshot) int { return cmp.Compare(b.Seq, a.Seq) })
	return all
}

// readSnapshot gives what the file holds if this journal's key sealed it and the
// chain holds its event.
func (j *Journal) readSnapshot(ctx context.Context, path string) (s journal.Snapshot, err error) {
	if n := size(path); n > mostSnapshot {
		return s, fmt.Errorf("it has %d bytes, which no snapshot has", n)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	s, ok := j.seal.key.parseSnapshot(b)
	if !ok {
		return s, errors.New("it was not written whole, or not with this journal's key")
	}
	last, err := j.last(ctx)
	if err != nil {
		return s, err
	}
	if s.Seq > last.seq {
		return s, fmt.Errorf("it is of event %d and the journal ends at %d: an older copy of the journal was put in its place", s.Seq, last.seq)
	}
	at, err := j.hashOf(ctx, s.Seq)
	if err == nil && at != s.Hash {
		err = fmt.Errorf("its event %d is not the one in the journal", s.Seq)
	}
	return s, err
}

// snapshotLine is the first line of the file.
func (k key) snapshotLine(s journal.Snapshot) string {
	rest := fmt.Sprintf("%d %s %s\n", s.Seq, s.Hash, s.Schema)
	return fmt.Sprintf("%s %d %s %s %s\n", snapshotWord, s.Seq, s.Hash, k.sign("snapshot", rest, s.Body...), s.Schema)
}

func (k key) parseSnapshot(b []byte) (s journal.Snapshot, ok bool) {
	line, body, found := bytes.Cut(b, []byte("\n"))
	if !found {
		return s, false
	}
	var word, hash, seal string
	if _, err := fmt.Sscanf(string(line), "%s %d %s %s", &word, &s.Seq, &hash, &seal); err != nil {
		return s, false
	}
	fields := strings.SplitN(string(line), " ", 5)
	if len(fields) < 5 || !unhex(&s.Hash, hash) {
		return s, false
	}
	s.Schema, s.Body = fields[4], body
	return s, s.Seq > 0 && k.snapshotLine(s) == string(line)+"\n"
}
