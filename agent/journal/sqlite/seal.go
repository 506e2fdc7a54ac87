package sqlite

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"deputy/agent/journal"
)

// A key is what a journal is written with: its HMACs seal every event and sign
// the head. Who has it can write a journal that passes for this machine's.
type key [32]byte

// sealSize is the length of a seal in bytes: half an HMAC-SHA-256.
const sealSize = 16

// sealer gives the seal of events by their hash. It is for one goroutine; the
// result is overwritten by the next call.
func (k key) sealer() func(journal.Hash) []byte {
	h := hmac.New(sha256.New, k[:])
	var sum [sha256.Size]byte
	return func(e journal.Hash) []byte {
		h.Reset()
		h.Write([]byte("event\x00"))
		h.Write(e[:])
		return h.Sum(sum[:0])[:sealSize]
	}
}

// sign gives the seal of a line of text and what follows it, in hex. use keeps
// the lines of one file from being taken for those of another.
func (k key) sign(use, line string, more ...byte) string {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(use + "\x00" + line))
	h.Write(more)
	return hex.EncodeToString(h.Sum(nil)[:sealSize])
}

// A sealFile keeps the key, and the anchor: an event that the chain is known to
// have reached. Slot 0 is the key, 1 and 2 take the anchor by turns after each
// append. They are not synced: a power cut leaves an anchor that is older than
// the chain, never one that is younger, since the event is on disk before.
type sealFile struct {
	f      *os.File // nil when it is only read
	key    key
	turn   uint64
	anchor mark
}

func (s *sealFile) Close() error {
	if s.f == nil {
		return nil
	}
	return errors.Join(s.f.Sync(), s.f.Close())
}

// loadSeal reads the seal at path; fs.ErrNotExist if there is none.
func loadSeal(path string) (*sealFile, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	slot := func(i int) string {
		return strings.TrimRight(string(b[min(i*slotSize, len(b)):min((i+1)*slotSize, len(b))]), " \n")
	}
	s := &sealFile{}
	var ok bool
	if s.key, ok = parseKey(slot(0)); !ok {
		return nil, &journal.Altered{Damage: journal.SealDamaged, File: path}
	}
	for i := 1; i <= 2; i++ {
		if turn, m, ok := s.key.parseAnchor(slot(i)); ok && turn > s.turn {
			s.turn, s.anchor = turn, m
		}
	}
	if s.turn == 0 {
		return nil, &journal.Altered{Damage: journal.SealDamaged, File: path}
	}
	return s, nil
}

// makeSeal makes a new key and puts it on disk, whole or not at all.
func makeSeal(path string) error {
	s := &sealFile{}
	rand.Read(s.key[:]) // never fails: crypto/rand ends the process instead
	b := pad(s.key.String()) + pad(s.key.anchorLine(1, mark{}))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh := path + ".new"
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// openSeal opens the seal of the journal at path to be written. It makes one
// only where nothing was ever written: else the one there was is gone.
func openSeal(path, seal string) (*sealFile, error) {
	if _, err := os.Stat(seal); errors.Is(err, fs.ErrNotExist) {
		if size(path) > 0 || size(path+".head") > 0 {
			return nil, &journal.Altered{Damage: journal.SealGone, File: seal}
		}
		if err := makeSeal(seal); err != nil {
			return nil, fmt.Errorf("make the journal's seal: %w", err)
		}
	}
	s, err := loadSeal(seal)
	if err != nil {
		return nil, err
	}
	s.f, err = os.OpenFile(seal, os.O_RDWR, 0o600)
	return s, err
}

// size is that of the file at path in bytes; 0 if there is none.
func size(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}

// note moves the anchor to m.
func (s *sealFile) note(m mark) error {
	s.turn, s.anchor = s.turn+1, m
	_, err := s.f.WriteAt([]byte(pad(s.key.anchorLine(s.turn, m))), int64(1+s.turn%2)*slotSize)
	if err != nil {
		return fmt.Errorf("write the journal's anchor: %w", err)
	}
	return nil
}

// check says whether a chain that ends at last, and is whole, has reached the
// anchor. That it passed through it is checked on the way.
func (s *sealFile) check(last mark) error {
	if last.seq < s.anchor.seq {
		return &journal.Altered{Damage: journal.RolledBack, Seq: last.seq + 1, To: s.anchor.seq}
	}
	return nil
}

// pad makes a line fill one slot.
func pad(line string) string { return line + strings.Repeat(" ", slotSize-1-len(line)) + "\n" }

const keyWord = "deputy-journal-key "

// String is the line that keeps the key, with a checksum: a key that was
// damaged must not make every event look forged.
func (k key) String() string {
	sum := sha256.Sum256(k[:])
	return keyWord + hex.EncodeToString(k[:]) + " " + hex.EncodeToString(sum[:8])
}

func parseKey(line string) (k key, ok bool) {
	text, found := strings.CutPrefix(line, keyWord)
	if !found || !unhex((*journal.Hash)(&k), text) {
		return key{}, false
	}
	return k, k.String() == line
}

// anchorLine is "turn seq hash seal".
func (k key) anchorLine(turn uint64, m mark) string {
	s := fmt.Sprintf("%d %d %s", turn, m.seq, m.hash)
	return s + " " + k.sign("anchor", s)
}

func (k key) parseAnchor(line string) (turn uint64, m mark, ok bool) {
	var h string
	if _, err := fmt.Sscanf(line, "%d %d %s", &turn, &m.seq, &h); err != nil {
		return 0, mark{}, false
	}
	ok = unhex(&m.hash, h)
	return turn, m, ok && k.anchorLine(turn, m) == line
}
