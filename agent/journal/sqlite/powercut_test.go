package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deputy/agent/journal"
)

// disk is what the files of a journal hold at one moment, by name.
type disk map[string][]byte

func (d disk) clone() disk {
	c := disk{}
	for name, b := range d {
		c[name] = slices.Clone(b)
	}
	return c
}

const wal = "state/journal.db-wal"

// diskOf reads the files of a journal that is open: what a kill would leave. The
// memory of SQLite's processes (-shm) never outlives them.
func diskOf(t *testing.T, dir string) disk {
	t.Helper()
	d := disk{}
	for _, name := range []string{"state/journal.db", wal, "state/journal.db.head", "data/journal.seal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		d[name] = b
	}
	return d
}

// boot lays the files out and opens the journal on them.
func (d disk) boot(t *testing.T) (*Journal, error) {
	t.Helper()
	dir := t.TempDir()
	for name, b := range d {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if b == nil {
			continue
		}
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	if err == nil {
		t.Cleanup(func() { j.Close() })
	}
	return j, err
}

// moments are the disk before an append, when its head was written, and after it.
func moments(t *testing.T, before, text int) (m [3]disk) {
	t.Helper()
	dir := t.TempDir()
	j := opened(t, dir)
	put := func() {
		e := journal.Event{Kind: "heard", Body: fmt.Appendf(nil, "%q", strings.Repeat("x", text))}
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for range before {
		put()
	}
	m[0] = diskOf(t, dir)
	put()
	m[2] = diskOf(t, dir)
	m[1] = m[0].clone()
	// The slots before an append; what comes after it has not been written yet.
	copy(m[1]["state/journal.db.head"], m[2]["state/journal.db.head"][:afterSlot*slotSize])
	return m
}

// TestPowerCut tears the append that was under way when the power failed, in
// every way: it is there as a whole or not at all, and that is no tampering.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for _, text := range []int{10, 9000} {
		m := moments(t, 4, text)
		from, to := len(m[0][wal]), len(m[2][wal])
		if from == 0 || to <= from {
			t.Fatalf("the append made the WAL of %d bytes one of %d", from, to)
		}
		check := func(name string, d disk) {
			t.Helper()
			j, err := d.boot(t)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			seq, _ := j.Head()
			if seq != 4 && seq != 5 {
				t.Errorf("%s: got %d events, want 4 or 5", name, seq)
			}
			if err := errors.Join(j.Append(t.Context(), journal.Event{Kind: "heard"}), j.Verify(t.Context()), j.Close()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		check("nothing", m[0])
		check("head only", m[1])
		for cut := from; cut <= to; cut += max(1, (to-from)/25) {
			d := m[1].clone()
			d[wal] = m[2][wal][:cut]
			check(fmt.Sprintf("%d of %d bytes of the WAL", cut-from, to-from), d)
		}
		for range 20 { // sectors reach the disk in any order
			d := m[1].clone()
			d[wal] = m[2][wal][:from:from]
			for at := from; at < to; at += 512 {
				part := m[2][wal][at:min(at+512, to)]
				if random.IntN(2) == 0 {
					part = make([]byte, len(part))
				}
				d[wal] = append(d[wal], part...)
			}
			check("some sectors of the WAL", d)
		}
		for _, slot := range []int{0, 1} { // the head itself was torn
			d := m[0].clone()
			if bytes.Equal(m[1]["state/journal.db.head"][slot*slotSize:(slot+1)*slotSize], m[0]["state/journal.db.head"][slot*slotSize:(slot+1)*slotSize]) {
				continue
			}
			for _, n := range []int{1, 10, 60, 200} {
				copy(d["state/journal.db.head"][slot*slotSize:], m[1]["state/journal.db.head"][slot*slotSize:slot*slotSize+n])
				check("some bytes of the head", d)
			}
		}
		d := m[2].clone() // what is not synced may stay behind by any number of appends
		d["data/journal.seal"] = m[0]["data/journal.seal"]
		copy(d["state/journal.db.head"][afterSlot*slotSize:], m[0]["state/journal.db.head"][afterSlot*slotSize:])
		check("anchor and after-note of the past", d)
	}
}

// TestPowerCutInCheckpoint tears the pages that SQLite was moving from the WAL
// into the file: it moves them again.
func TestPowerCutInCheckpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := opened(t, dir)
	for i := range 30 {
		if err := j.Append(t.Context(), journal.Event{Kind: "heard", Body: fmt.Appendf(nil, "%d%s", i, strings.Repeat(" ", 900))}); err != nil {
			t.Fatal(err)
		}
	}
	before := diskOf(t, dir)
	do(t, j.w, "PRAGMA wal_checkpoint(PASSIVE)")
	after := diskOf(t, dir)
	file := "state/journal.db"
	if len(after[file]) <= len(before[file]) {
		t.Fatalf("the checkpoint left the file at %d bytes", len(after[file]))
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range 15 {
		d := before.clone()
		d[file] = nil
		for at := 0; at < len(after[file]); at += 512 {
			part := after[file][at : at+512]
			if random.IntN(2) == 0 {
				part = make([]byte, 512)
				if at < len(before[file]) {
					part = before[file][at : at+512]
				}
			}
			d[file] = append(d[file], part...)
		}
		j, err := d.boot(t)
		if err != nil {
			t.Fatal(err)
		}
		if seq, _ := j.Head(); seq != 30 {
			t.Errorf("got %d events, want 30", seq)
		}
	}
}

// TestWALTampering: what was acknowledged and stands only in the WAL can't be
// taken out of it unseen.
func TestWALTampering(t *testing.T) {
	m := moments(t, 4, 10)
	for name, c := range map[string]struct {
		change func(disk)
		want   journal.Altered
	}{
		"removed":         {func(d disk) { d[wal] = nil }, journal.Altered{Damage: journal.CutOff, Seq: 1, To: 5}},
		"emptied":         {func(d disk) { d[wal] = []byte{} }, journal.Altered{Damage: journal.CutOff, Seq: 1, To: 5}},
		"cut by one byte": {func(d disk) { d[wal] = d[wal][:len(d[wal])-1] }, journal.Altered{Damage: journal.CutOff, Seq: 5, To: 5}},
		"of the past":     {func(d disk) { d[wal] = m[0][wal] }, journal.Altered{Damage: journal.CutOff, Seq: 5, To: 5}},
		"cut in half":     {func(d disk) { d[wal] = d[wal][:len(m[0][wal])/2] }, journal.Altered{Damage: journal.CutOff, To: 5}},
		"byte flipped":    {func(d disk) { d[wal][len(d[wal])-5] ^= 1 }, journal.Altered{Damage: journal.CutOff, Seq: 5, To: 5}},
		"of the past, head too": {func(d disk) {
			d[wal], d["state/journal.db.head"] = m[0][wal], m[0]["state/journal.db.head"]
		}, journal.Altered{Damage: journal.RolledBack, Seq: 5, To: 5}},
		"of the past, head as if torn": {func(d disk) {
			d[wal], d["state/journal.db.head"] = m[0][wal], m[1]["state/journal.db.head"]
		}, journal.Altered{Damage: journal.RolledBack, Seq: 5, To: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			d := m[2].clone()
			c.change(d)
			_, err := d.boot(t)
			got := journal.AlteredIn(err)
			if got == nil || got.Damage != c.want.Damage || c.want.Seq > 0 && got.Seq != c.want.Seq || got.To != c.want.To {
				t.Errorf("got %v, want %s at %d to %d", err, c.want.Damage, c.want.Seq, c.want.To)
			}
		})
	}
}
