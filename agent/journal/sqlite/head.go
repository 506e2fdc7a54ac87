package sqlite

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"deputy/agent/journal"
)

// A mark is an event's place in the chain; the zero mark is before the first.
type mark struct {
	seq  journal.Seq
	hash journal.Hash
}

// A head says where the chain ends: at done, or, if the append that was going
// on when it was written got through, at next.
type head struct {
	turn       uint64 // counts the writes, to tell the newer of two
	done, next mark
}

// check says whether a chain that ends at last is all that was written.
func (h head) check(last mark) error {
	switch {
	case h.turn == 0 && last.seq > 0:
		return &journal.Altered{Damage: journal.HeadGone}
	case last == h.done || last == h.next:
		return nil
	case last.seq < h.done.seq:
		return &journal.Altered{Damage: journal.CutOff, Seq: last.seq + 1, To: h.done.seq}
	case last.seq == h.done.seq || last.seq == h.next.seq:
		return &journal.Altered{Damage: journal.Replaced, Seq: last.seq}
	}
	return &journal.Altered{Damage: journal.Added, Seq: h.next.seq + 1}
}

// A headFile keeps the head in three slots, each signed with the
// journal's key; the newest whole one counts. Before an append the slots 0 and 1 are written by turns and
// synced: if a power cut tears one, the other is the head before it. After it
// the last slot is written and not synced: lost, it only means that the last
// append can't be told from one that a crash prevented. The file is never
// truncated or renamed, so that a full disk can't take it away.
type headFile struct {
	f    *os.File
	key  key
	head head
	slot int64 // 0 or 1: where the next one before an append goes
}

// slotSize is the room for one head; a slot is a line of text, padded with spaces.
const (
	slotSize  = 512
	afterSlot = 2
)

func openHead(path string, k key) (*headFile, error) {
	h, slot, err := loadHead(path, k)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	// The names of the files must outlive a power cut as surely as what is in them.
	if err := syncDir(filepath.Dir(path)); err != nil {
		f.Close()
		return nil, err
	}
	return &headFile{f: f, key: k, head: h, slot: slot}, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// readHead is the head now; the zero head if there is no file.
func readHead(path string, k key) (head, error) {
	h, _, err := loadHead(path, k)
	return h, err
}

// loadHead gives the newest head, and which of the slots 0 and 1 is the older.
func loadHead(path string, k key) (newest head, older int64, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0 {
		return head{}, 0, nil // no event was ever appended, or check will say
	}
	if err != nil {
		return head{}, 0, err
	}
	var slots [afterSlot + 1]head
	for i := range slots {
		lo, hi := min(i*slotSize, len(b)), min((i+1)*slotSize, len(b))
		if h, ok := k.parseHead(string(b[lo:hi])); ok {
			slots[i] = h
		}
		if slots[i].turn > newest.turn {
			newest = slots[i]
		}
	}
	if newest.turn == 0 {
		return head{}, 0, &journal.Altered{Damage: journal.HeadDamaged}
	}
	if slots[1].turn < slots[0].turn {
		older = 1
	}
	return newest, older, nil
}

// before puts it on the disk that the chain ends at from, or soon at to.
func (hf *headFile) before(from, to mark) error {
	err := hf.write(hf.slot, from, to)
	if err == nil {
		err = hf.f.Sync()
	}
	if err != nil {
		return fmt.Errorf("write the journal's head: %w", err)
	}
	hf.slot = 1 - hf.slot
	return nil
}

// after notes that the chain ends at m.
func (hf *headFile) after(m mark) error {
	if err := hf.write(afterSlot, m, m); err != nil {
		return fmt.Errorf("write the journal's head: %w", err)
	}
	return nil
}

func (hf *headFile) write(slot int64, done, next mark) error {
	hf.head = head{hf.head.turn + 1, done, next}
	_, err := hf.f.WriteAt([]byte(pad(hf.key.headLine(hf.head))), slot*slotSize)
	return err
}

func (hf *headFile) Close() error { return hf.f.Close() }

// headLine is "turn seq hash seq hash seal".
func (k key) headLine(h head) string {
	s := fmt.Sprintf("%d %d %s %d %s", h.turn, h.done.seq, h.done.hash, h.next.seq, h.next.hash)
	return s + " " + k.sign("head", s)
}

func (k key) parseHead(s string) (h head, ok bool) {
	var a, b string
	s = strings.TrimRight(s, " \n")
	if _, err := fmt.Sscanf(s, "%d %d %s %d %s", &h.turn, &h.done.seq, &a, &h.next.seq, &b); err != nil {
		return head{}, false
	}
	ok = unhex(&h.done.hash, a) && unhex(&h.next.hash, b)
	return h, ok && k.headLine(h) == s
}

func unhex(h *journal.Hash, s string) bool {
	n, err := hex.Decode(h[:], []byte(s[:min(len(s), 2*len(h))]))
	return err == nil && n == len(h)
}
