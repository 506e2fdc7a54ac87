package sqlite

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"deputy/agent/journal"
)

// An event whose text was erased keeps its hash, which its body no longer gives.
// Its seal is twice as long: behind the seal of the hash stands that of what is
// left of it, made with this journal's key for one erasure. The erasures are lines
// of a file of their own:
//
//	deputy-erased FROM TO AT KEEP SEAL
//
// AT and KEEP are in seconds, SEAL is made with the key over the rest. A line is on
// disk before anything is erased by it.
const erasedWord = "deputy-erased"

func erasedFile(path string) string { return path + ".erased" }

func (k key) erasedLine(r journal.Erasure) string {
	s := fmt.Sprintf("%s %d %d %d %d", erasedWord, r.From, r.To, r.At.Unix(), int64(r.Keep/time.Second))
	return s + " " + k.sign("erased", s)
}

// erasures reads those that this key signed; what is wrong with a line makes that
// nothing was erased by it, so that the events say where the damage is.
func (k key) erasures(path string) (all []journal.Erasure) {
	b, err := os.ReadFile(erasedFile(path))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		var r journal.Erasure
		var word string
		var at, keep int64
		if _, err := fmt.Sscanf(line, "%s %d %d %d %d", &word, &r.From, &r.To, &at, &keep); err != nil {
			continue
		}
		r.At, r.Keep = time.Unix(at, 0).UTC(), time.Duration(keep)*time.Second
		if k.erasedLine(r) == strings.TrimRight(line, "\n") {
			all = append(all, r)
		}
	}
	return all
}

func (k key) writeErasures(path string, all []journal.Erasure) error {
	var b bytes.Buffer
	for _, r := range all {
		fmt.Fprintln(&b, k.erasedLine(r))
	}
	fresh := erasedFile(path) + ".new"
	if err := writeSynced(fresh, b.String()); err != nil {
		return err
	}
	if err := os.Rename(fresh, erasedFile(path)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// remains seals what is left of an event that was erased by r.
func (k key) remains(e journal.Event, r journal.Erasure) []byte {
	h := hmac.New(sha256.New, k[:])
	field := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	field([]byte("remains"))
	field([]byte(k.erasedLine(r)))
	field(e.Hash[:])
	field(fmt.Appendf(nil, "%d %d", e.Seq, e.Time.UnixMicro()))
	field([]byte(e.Kind))
	field([]byte(e.Task))
	field(e.Body)
	return h.Sum(nil)[:sealSize]
}

// A checker tells events that this journal's key sealed, whole or with their text
// erased by rule. It is for one goroutine.
type checker struct {
	key    key
	path   string
	sealer func(journal.Hash) []byte
	rules  []journal.Erasure
}

func (k key) checker(path string) *checker {
	return &checker{key: k, path: path, sealer: k.sealer(), rules: k.erasures(path)}
}

// check says whether e, with its seal, follows before. A nil checker has no key:
// then the chain alone is checked, and what was erased can't be.
func (c *checker) check(before mark, e journal.Event, seal []byte) error {
	err := journal.Check(before.seq, before.hash, e)
	if c == nil {
		return err
	}
	if a := journal.AlteredIn(err); a != nil && a.Damage == journal.Changed && len(seal) == 2*sealSize {
		err, seal = c.erased(e, seal[sealSize:]), seal[:sealSize]
	}
	if err == nil && !hmac.Equal(seal, c.sealer(e.Hash)) {
		err = &journal.Altered{Damage: journal.Unsealed, Seq: e.Seq, Kind: e.Kind}
	}
	return err
}

// erased says whether the text of e was erased by rule, and the rest is as it was
// left then.
func (c *checker) erased(e journal.Event, remains []byte) error {
	by := func(r journal.Erasure) bool { return r.Covers(e) && hmac.Equal(remains, c.key.remains(e, r)) }
	if slices.ContainsFunc(c.rules, by) {
		return nil
	}
	c.rules = c.key.erasures(c.path) // another process may have erased since
	switch {
	case slices.ContainsFunc(c.rules, by):
		return nil
	case slices.ContainsFunc(c.rules, func(r journal.Erasure) bool { return r.Covers(e) }):
		return &journal.Altered{Damage: journal.Changed, Seq: e.Seq, Kind: e.Kind}
	}
	return &journal.Altered{Damage: journal.Erased, Seq: e.Seq, Kind: e.Kind}
}

// sealOf is what stands beside an event: that of an erased one says by which
// erasure it is as it is.
func (c *checker) sealOf(e journal.Event) []byte {
	seal := slices.Clone(c.sealer(e.Hash))
	if journal.Sum(e) == e.Hash {
		return seal
	}
	for _, r := range c.rules {
		if r.Covers(e) {
			return append(seal, c.key.remains(e, r)...)
		}
	}
	return seal // no rule covers what is gone: the check will say so
}

// checker is nil for a journal whose key could not be read.
func (j *Journal) checker() *checker {
	if j.seal == nil {
		return nil
	}
	return j.seal.key.checker(j.path)
}

// Erased are the records of what was erased; see journal.Eraser.
func (j *Journal) Erased() []journal.Erasure { return j.seal.key.erasures(j.path) }

// Erase erases what is older than keep; see journal.Eraser. Every event is checked
// on the way: what was tampered with is not made good by it.
func (j *Journal) Erase(ctx context.Context, now time.Time, keep time.Duration, redact func(journal.Event) json.RawMessage) (n int, err error) {
	fail := func(err error) (int, error) { return n, fmt.Errorf("erase old text: %w", explain(err)) }
	if j.w == nil {
		return fail(errors.New("the journal is open to be read only"))
	}
	if keep < time.Second {
		return fail(errors.New("no text is too young to be kept"))
	}
	e := &eraser{j: j, rule: journal.Erasure{At: now.UTC().Truncate(time.Second), Keep: keep.Truncate(time.Second)}}
	to := mark{}
	to.seq, to.hash = j.Head()
	e.rule.To = to.seq
	var inner error
	err = j.scan(ctx, mark{}, to, func(ev journal.Event) bool {
		if ctx.Err() != nil {
			return false
		}
		if ev.Time.After(now.Add(-keep)) || journal.Sum(ev) != ev.Hash {
			return true // it is young, which says nothing of the next: the clock may have been set; or it was erased before
		}
		if left := redact(ev); left != nil && !bytes.Equal(left, ev.Body) {
			e.add(ev, left)
		}
		if len(e.batch) >= page {
			inner = e.flush(ctx)
		}
		return inner == nil
	})
	if err = errors.Join(err, inner); err == nil {
		err = e.flush(ctx)
	}
	n = e.n
	if err == nil && n > 0 {
		_, err = j.w.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err != nil {
		return fail(err)
	}
	return n, nil
}

// An eraser rewrites events, a page at a time.
type eraser struct {
	j     *Journal
	rule  journal.Erasure
	batch []journal.Event // with what is left of them
	n     int
	noted sync.Once
	err   error
}

func (e *eraser) add(ev journal.Event, left json.RawMessage) {
	if e.rule.From == 0 {
		e.rule.From = ev.Seq
	}
	ev.Body = left
	e.batch = append(e.batch, ev)
}

func (e *eraser) flush(ctx context.Context) error {
	if len(e.batch) == 0 {
		return nil
	}
	k := e.j.seal.key
	e.noted.Do(func() { e.err = k.writeErasures(e.j.path, append(k.erasures(e.j.path), e.rule)) })
	if e.err != nil {
		return e.err
	}
	// What is overwritten must not stay in the file's free space.
	if _, err := e.j.w.ExecContext(ctx, "PRAGMA secure_delete=ON"); err != nil {
		return err
	}
	tx, err := e.j.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	sealer := k.sealer()
	for _, ev := range e.batch {
		seal := append(slices.Clone(sealer(ev.Hash)), k.remains(ev, e.rule)...)
		if _, err := tx.ExecContext(ctx, "UPDATE event SET body=?, seal=? WHERE seq=?", []byte(ev.Body), seal, int64(ev.Seq)); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	e.n, e.batch = e.n+len(e.batch), e.batch[:0]
	return nil
}
