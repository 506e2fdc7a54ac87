// Package checkpoint takes back what a command did to a folder, whatever it did:
// files, links, folders and their modes, however many the folder holds. It knows
// files, mounts and this machine's file systems; it must not know who runs the
// command, what it is, or who may.
//
// There are two ways. In a layer the command sees the folder through an overlay
// file system: what it changes lands in a folder of the store, costs nothing
// beforehand, and is put in place when the command has ended, with what was there
// moved to the store by renaming it. Where there can be no overlay a copy of the
// folder is kept in the store and brought up to date before each command by the
// size, times, mode and number of each file; what differs afterwards is the change.
//
// What is written down is written before it is done, so that what was cut off is
// carried on with at the next [Open], and told. The store is bounded: see [Store].
package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How a checkpoint is made.
const (
	Overlay = "overlay"
	Copy    = "copy"
)

const (
	// maxBytes is what all but the last checkpoint may take together, and maxAge
	// how long one stays.
	maxBytes = 2 << 30
	maxAge   = 30 * 24 * time.Hour
	// maxCopied and maxCopiedBytes bound the folder of which a copy is kept.
	maxCopied      = 200_000
	maxCopiedBytes = 2 << 30
)

// A Store keeps the checkpoints of one folder. All but the last take at most 2 GB,
// and none stays longer than 30 days. Its methods may not be called concurrently.
type Store struct {
	dir    string
	work   *os.Root // the folder
	own    *os.Root // the store
	limit  int64
	mirror mirror
	now    func() time.Time
	// died is called between two steps of a change; a test ends the process there.
	died func()
}

// Open opens the store at own for the folder at dir. told says what was cut off
// and was carried on with.
func Open(dir, own string) (s *Store, told []string, err error) {
	s = &Store{dir: dir, limit: maxBytes, now: time.Now, died: func() {}}
	s.mirror = mirror{s: s, most: maxCopied, bytes: maxCopiedBytes}
	if err := os.MkdirAll(filepath.Join(own, points), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the store of checkpoints: %w", err)
	}
	if s.work, err = os.OpenRoot(dir); err != nil {
		return nil, nil, fmt.Errorf("open the folder: %w", err)
	}
	if s.own, err = os.OpenRoot(own); err != nil {
		s.work.Close()
		return nil, nil, fmt.Errorf("open the store of checkpoints: %w", err)
	}
	if told, err = s.carryOn(); err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, told, s.expire("")
}

// Close gives the folders back.
func (s *Store) Close() error { return errors.Join(s.work.Close(), s.own.Close()) }

// A Checkpoint is one that was begun and not ended.
type Checkpoint struct {
	// Layer is what the command must be run in; nil where a copy is kept.
	Layer *Layer
	s     *Store
	id    string
	kind  string
}

// Begin takes a checkpoint, by an overlay or by a copy. It must be ended.
func (s *Store) Begin(kind string) (*Checkpoint, error) {
	c := &Checkpoint{s: s, kind: kind, id: s.now().UTC().Format("20060102-150405.000000000")}
	if err := s.own.Mkdir(place(c.id), 0o700); err != nil {
		return nil, fmt.Errorf("begin a checkpoint: %w", err)
	}
	err := s.own.Mkdir(path.Join(place(c.id), olds), 0o700)
	if err == nil && kind == Overlay {
		c.Layer, err = s.layer(c.id)
	} else if err == nil {
		err = s.mirror.update()
	}
	if err == nil && kind == Copy {
		err = s.write(c.id, record{Kind: kind, State: running, At: s.now()})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("begin a checkpoint: %w", err), s.remove(c.id))
	}
	return c, nil
}

// Fits says why no copy of the folder can be kept; nil if one can.
func (s *Store) Fits() error { return s.mirror.fits() }

// Drop ends a checkpoint whose command came to nothing. What was changed in a
// layer has never happened.
func (c *Checkpoint) Drop() error { return c.s.remove(c.id) }

// End ends a checkpoint: what the command did is in place, and id names it for
// Undo. others says of which paths somebody else is known to have changed them
// meanwhile, in the folder itself. On error the folder is as it was before, as
// far as the error doesn't say otherwise.
func (c *Checkpoint) End(others map[string]bool) (id string, err error) {
	r := record{Kind: c.kind, State: applying, At: c.s.now()}
	if c.Layer != nil {
		err = c.s.plan(c.id, &r)
	} else {
		err = c.s.mirror.compare(c.id, &r, others)
	}
	if err == nil {
		err = c.s.write(c.id, r)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("see what the command changed: %w", err), c.s.remove(c.id))
	}
	if err := c.s.apply(c.id, &r); err != nil {
		return "", err
	}
	return c.id, c.s.expire(c.id)
}

// The store's files: a folder for each checkpoint with the record, what was there
// before, and the layer as long as a command runs in it.
const (
	points = "checkpoints"
	olds   = "old"
	layers = "layer"
)

func place(id string) string { return path.Join(points, id) }

// valid says whether id can name a checkpoint.
func valid(id string) bool {
	return id != "" && strings.Trim(id, "0123456789-.") == "" && !strings.Contains(id, "..")
}

// all are the names of the checkpoints there are, the oldest first.
func (s *Store) all() ([]string, error) {
	entries, err := fs.ReadDir(s.own.FS(), points)
	if err != nil {
		return nil, fmt.Errorf("list the checkpoints: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if valid(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// expire removes checkpoints that are too old, and the oldest of those that take
// too much, but never the one called keep.
func (s *Store) expire(keep string) error {
	ids, err := s.all()
	if err != nil {
		return err
	}
	total := int64(0)
	for _, id := range slices.Backward(ids) {
		if id == keep {
			continue
		}
		r, err := s.read(id)
		if total += r.Bytes; err == nil && total <= s.limit && s.now().Sub(r.At) < maxAge {
			continue
		}
		if err := s.remove(id); err != nil {
			return fmt.Errorf("remove an old checkpoint: %w", err)
		}
	}
	return nil
}

// remove removes a checkpoint with all that it keeps.
func (s *Store) remove(id string) error { return clear(s.own, place(id)) }

// carryOn ends what was cut off.
func (s *Store) carryOn() (told []string, err error) {
	ids, err := s.all()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		r, err := s.read(id)
		switch {
		case err != nil: // the command in its layer never came to its end
			err = s.remove(id)
		case r.State == running:
			told = append(told, "a command was cut off while it ran: what it had changed stays")
			err = s.remove(id)
		case r.State == applying:
			told = append(told, "what a command had changed was not all in its place: now it is ("+Few(paths(r.Changes))+")")
			err = s.apply(id, &r)
		case r.State == undoing:
			var o Outcome
			o, err = s.takeBack(id, &r, true)
			told = append(told, "an undo was cut off: now it is done ("+o.Text()+")")
		}
		if err != nil {
			return told, fmt.Errorf("carry on with checkpoint %s, which was cut off: %w", id, err)
		}
	}
	return told, nil
}

func paths(all []Change) []string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Path
	}
	return names
}

// Few names the first of many.
func Few(paths []string) string {
	const most = 3
	names := slices.Sorted(slices.Values(paths))
	if n := len(names) - most; n > 0 {
		names = append(names[:most], fmt.Sprintf("+%d", n))
	}
	return strings.Join(names, ", ")
}
