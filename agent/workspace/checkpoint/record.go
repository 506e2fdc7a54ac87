package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"time"
)

// A Node is a file, folder or link as it was at one time.
type Node struct {
	Mode fs.FileMode // the kind, and what may be done
	Size int64       // of a file
	Time int64       // when a file's content was changed last, in ns since 1970
	Link string      // where a link leads; it is never followed
	Sum  string      // of a file's content, where it was looked at
}

// kind is what must be removed before something of another kind takes its place.
func (n *Node) kind() fs.FileMode {
	if n == nil {
		return fs.ModeIrregular
	}
	return n.Mode.Type()
}

func (n *Node) dir() bool { return n != nil && n.Mode.IsDir() }

// A Change is what a command did to one path; a nil node is nothing there.
type Change struct {
	Path          string
	Before, After *Node
	// Old is the number under which what was there lies in the store, a folder
	// with all that is in it; 0 if it doesn't.
	Old int
	// Fresh says that what is there now comes from the layer as a whole.
	Fresh bool
}

// times are when a folder was changed last, before the command and after it.
type times struct {
	Path          string
	Before, After int64
}

// What a record says of its checkpoint.
const (
	running  = "running"  // a command changes the folder itself
	applying = "applying" // what it changed is being put in place
	applied  = "applied"
	undoing  = "undoing"
	undone   = "undone"
)

// A record says what a command did.
type record struct {
	Kind, State string
	At          time.Time
	Changes     []Change // folders before what is in them
	Times       []times
	Bytes       int64 // on the disk
}

const recordName = "record"

func oldName(id string, n int) string { return path.Join(place(id), olds, strconv.Itoa(n)) }

// write puts a record on disk, whole or not at all.
func (s *Store) write(id string, r record) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(r); err != nil {
		return fmt.Errorf("note what the command changed: %w", err)
	}
	name := path.Join(place(id), recordName)
	f, err := s.own.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err == nil && len(r.Changes) > 0 { // else there is nothing to carry on with
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return s.own.Rename(name+".new", name)
}

func (s *Store) read(id string) (r record, err error) {
	if !valid(id) {
		return r, fmt.Errorf("%q names no checkpoint", id)
	}
	data, err := s.own.ReadFile(path.Join(place(id), recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return r, errors.New("what the command changed is no longer kept")
	}
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(data)).Decode(&r)
	}
	if err != nil {
		return r, fmt.Errorf("read what the command changed: %w", err)
	}
	return r, nil
}

const (
	// maxSum is the largest file whose content is looked at, and maxSums how many
	// of a checkpoint: the others are known by size and time.
	maxSum  = 1 << 20
	maxSums = 1000
)

// sum is that of a file's content; "" where it can't be read or is large.
func sum(root *os.Root, name string) string {
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if n, err := io.Copy(h, io.LimitReader(f, maxSum+1)); err != nil || n > maxSum {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
