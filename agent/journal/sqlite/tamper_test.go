package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/agent/journal"
)

// A tampering is something done to the files of a closed journal of five events.
type tampering struct {
	do   func(t *testing.T, dir string)
	want journal.Altered
	// whole is how many events are still good.
	whole journal.Seq
}

func statement(query string, args ...any) func(*testing.T, string) {
	return func(t *testing.T, dir string) { rows(t, dir, func(db *sql.DB) { do(t, db, query, args...) }) }
}

// bytesOf changes the bytes of the file dir/name.
func bytesOf(name string, change func([]byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		p := filepath.Join(dir, name)
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, change(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func gone(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func both(fs ...func(*testing.T, string)) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, f := range fs {
			f(t, dir)
		}
	}
}

// earlier puts files back as they were when the journal had three events.
func earlier(names ...string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, name := range names {
			if err := copyFile(filepath.Join(dir, name), filepath.Join(dir, "earlier", name)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// chain rewrites the events from seq on, as one who knows the format but not the
// key would: every hash is right again, and so is the head but for its seal.
func chain(seq int, change func(*journal.Event), head bool) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		rows(t, dir, func(db *sql.DB) {
			var prev journal.Hash
			n := 0
			if err := db.QueryRow("SELECT count(*) FROM event").Scan(&n); err != nil {
				t.Fatal(err)
			}
			for i := 1; i <= max(n, seq); i++ {
				e := journal.Event{Kind: "decided", Time: time.Unix(9, 0)}
				if i <= n {
					e = stored(t, db, i)
				}
				if i >= seq {
					if i == seq {
						change(&e)
					}
					one := []journal.Event{e}
					journal.Link(journal.Seq(i-1), prev, one)
					e = one[0]
					do(t, db, "INSERT INTO event VALUES (?1,?2,?3,?4,?5,?6,?7,zeroblob(16)) ON CONFLICT DO UPDATE SET time=?2, kind=?3, task=?4, body=?5, prev=?6, hash=?7",
						i, e.Time.UnixMicro(), e.Kind, e.Task, append([]byte{}, e.Body...), e.Prev[:], e.Hash[:])
				}
				prev = e.Hash
			}
			if head {
				h := headOf(journal.Seq(max(n, seq)), prev)
				bytesOf("state/journal.db.head", func(b []byte) []byte { return []byte(pad(key{}.headLine(h))) })(t, dir)
			}
		})
	}
}

func headOf(seq journal.Seq, h journal.Hash) head {
	return head{turn: 99, done: mark{seq, h}, next: mark{seq, h}}
}

func stored(t *testing.T, db *sql.DB, seq int) (e journal.Event) {
	t.Helper()
	r, err := db.Query(columns+"WHERE seq = ?", seq)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if !r.Next() {
		t.Fatalf("there is no event %d", seq)
	}
	if e, _, err = scanRow(r); err != nil {
		t.Fatal(err)
	}
	return e
}

func tamperings() map[string]tampering {
	A := func(d journal.Damage, seq ...journal.Seq) journal.Altered {
		a := journal.Altered{Damage: d}
		if len(seq) > 0 {
			a.Seq = seq[0]
		}
		if len(seq) > 1 {
			a.To = seq[1]
		}
		return a
	}
	same := func(*journal.Event) {}
	lie := func(e *journal.Event) { e.Body = []byte(`{"approve":true}`) }
	older := []string{"state/journal.db", "state/journal.db.head"}
	db, hd, seal := "state/journal.db", "state/journal.db.head", "data/journal.seal"
	return map[string]tampering{
		// Flipped.
		"body changed":      {statement(`UPDATE event SET body=CAST('{"n":2}' AS BLOB) WHERE seq=3`), A(journal.Changed, 3), 2},
		"time changed":      {statement("UPDATE event SET time=time+1 WHERE seq=1"), A(journal.Changed, 1), 0},
		"kind changed":      {statement("UPDATE event SET kind='decided' WHERE seq=5"), A(journal.Changed, 5), 4},
		"task changed":      {statement("UPDATE event SET task='t9' WHERE seq=2"), A(journal.Changed, 2), 1},
		"hash changed":      {statement("UPDATE event SET hash=zeroblob(32) WHERE seq=3"), A(journal.Changed, 3), 2},
		"last hash changed": {statement("UPDATE event SET hash=zeroblob(32) WHERE seq=5"), A(journal.Changed, 5), 4},
		"prev changed":      {statement("UPDATE event SET prev=zeroblob(32) WHERE seq=3"), A(journal.Unchained, 3), 2},
		"hash of odd size":  {statement("UPDATE event SET hash=x'00' WHERE seq=2"), A(journal.Changed, 2), 1},
		"prev of odd size":  {statement("UPDATE event SET prev=zeroblob(40) WHERE seq=2"), A(journal.Unchained, 2), 1},
		"last hash odd":     {statement("UPDATE event SET hash=zeroblob(40) WHERE seq=5"), A(journal.Changed, 5), 4},
		"seal changed":      {statement("UPDATE event SET seal=zeroblob(16) WHERE seq=4"), A(journal.Unsealed, 4), 3},
		"event unsealed":    {statement("UPDATE event SET seal=x'' WHERE seq=4"), A(journal.Unsealed, 4), 3},
		"body byte flipped": {bytesOf(db, func(b []byte) []byte { b[bytes.LastIndex(b, []byte(`{"n":1}`))+6] ^= 4; return b }), A(journal.Changed, 1), 0},
		// Cut.
		"cut at the start":  {statement("DELETE FROM event WHERE seq=1"), A(journal.Misplaced, 1, 2), 0},
		"cut in the middle": {statement("DELETE FROM event WHERE seq=3"), A(journal.Misplaced, 3, 4), 2},
		"cut at the end":    {statement("DELETE FROM event WHERE seq>3"), A(journal.CutOff, 4, 5), 3},
		"last cut off":      {statement("DELETE FROM event WHERE seq=5"), A(journal.CutOff, 5, 5), 4},
		"emptied":           {statement("DELETE FROM event"), A(journal.CutOff, 1, 5), 0},
		"cut and closed up": {statement("DELETE FROM event WHERE seq=3; UPDATE event SET seq=seq-1 WHERE seq>3"), A(journal.Unchained, 3), 2},
		"half of the file":  {bytesOf(db, func(b []byte) []byte { return b[:len(b)/2] }), A(journal.NoJournal), 0},
		"file emptied":      {bytesOf(db, func([]byte) []byte { return nil }), A(journal.CutOff, 1, 5), 0},
		"file gone":         {gone(db), A(journal.CutOff, 1, 5), 0},
		"journal all gone":  {both(gone(db), gone(hd)), A(journal.RolledBack, 1, 5), 0},
		// Put back.
		"file of the past":          {earlier(db), A(journal.CutOff, 4, 5), 3},
		"file and head of the past": {earlier(older...), A(journal.RolledBack, 4, 5), 3},
		"head of the past":          {earlier(hd), A(journal.Added, 4), 5},
		"past gone on with": {func(t *testing.T, dir string) {
			now, err := os.ReadFile(filepath.Join(dir, seal))
			if err != nil {
				t.Fatal(err)
			}
			earlier(append(older, seal)...)(t, dir)
			fill(t, dir, 3, "another")
			bytesOf(seal, func([]byte) []byte { return now })(t, dir)
		}, A(journal.Forked, 5), 6},
		// Reordered and duplicated.
		"swapped":                     {statement("UPDATE event SET seq=99 WHERE seq=2; UPDATE event SET seq=2 WHERE seq=3; UPDATE event SET seq=3 WHERE seq=99"), A(journal.Unchained, 2), 1},
		"first and last swapped":      {statement("UPDATE event SET seq=99 WHERE seq=1; UPDATE event SET seq=1 WHERE seq=5; UPDATE event SET seq=5 WHERE seq=99"), A(journal.Unchained, 1), 0},
		"last repeated":               {statement("INSERT INTO event SELECT 6,time,kind,task,body,prev,hash,seal FROM event WHERE seq=5"), A(journal.Unchained, 6), 5},
		"repeated, others renumbered": {statement("UPDATE event SET seq=seq+100 WHERE seq>2; UPDATE event SET seq=seq-99 WHERE seq>100; INSERT INTO event SELECT 3,time,kind,task,body,prev,hash,seal FROM event WHERE seq=2"), A(journal.Unchained, 3), 2},
		"repeated far behind":         {statement("INSERT INTO event SELECT 900,time,kind,task,body,prev,hash,seal FROM event WHERE seq=2"), A(journal.Misplaced, 6, 900), 5},
		"repeated before the first":   {statement("INSERT INTO event SELECT -1,time,kind,task,body,prev,hash,seal FROM event WHERE seq=1"), A(journal.Misplaced, 1), 5},
		// Forged.
		"added, wrong hash":              {statement("INSERT INTO event SELECT 6,time,'decided','',body,hash,zeroblob(32),seal FROM event WHERE seq=5"), A(journal.Changed, 6), 5},
		"added, right hash":              {chain(6, same, false), A(journal.Unsealed, 6), 5},
		"added, right hash, forged head": {chain(6, same, true), A(journal.Unsealed, 6), 5},
		"last rewritten":                 {chain(5, lie, false), A(journal.Unsealed, 5), 4},
		"middle rewritten, all chained":  {chain(3, lie, true), A(journal.Unsealed, 3), 2},
		"cut at the end, forged head":    {both(statement("DELETE FROM event WHERE seq>3"), chain(4, same, true), statement("DELETE FROM event WHERE seq>3")), A(journal.HeadDamaged), 3},
		"trigger added":                  {statement("CREATE TRIGGER x AFTER INSERT ON event BEGIN SELECT 1; END"), A(journal.BadLayout), 5},
		"table replaced by a view":       {statement("ALTER TABLE event RENAME TO e; CREATE VIEW event AS SELECT * FROM e"), A(journal.BadLayout), 0},
		"newer layout":                   {statement("PRAGMA user_version=99"), A(journal.BadLayout), 5},
		"strictness taken off":           {statement("PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql=replace(sql,'STRICT',''); PRAGMA writable_schema=0"), A(journal.BadLayout), 5},
		// The files themselves.
		"not a database":        {bytesOf(db, func([]byte) []byte { return []byte("hello, this is no database at all, only some text") }), A(journal.NoJournal), 0},
		"zeros in it":           {bytesOf(db, func(b []byte) []byte { clear(b[100:]); return b }), A(journal.NoJournal), 0},
		"head gone":             {gone(hd), A(journal.HeadGone), 5},
		"head emptied":          {bytesOf(hd, func([]byte) []byte { return nil }), A(journal.HeadGone), 5},
		"head is nonsense":      {bytesOf(hd, func(b []byte) []byte { return []byte(strings.Repeat("x", len(b))) }), A(journal.HeadDamaged), 5},
		"head with another key": {bytesOf(hd, func([]byte) []byte { return []byte(pad(key{1}.headLine(headOf(5, journal.Hash{})))) }), A(journal.HeadDamaged), 5},
		"seal gone":             {gone(seal), A(journal.SealGone), 5},
		"seal emptied":          {bytesOf(seal, func([]byte) []byte { return nil }), A(journal.SealDamaged), 5},
		"seal is nonsense":      {bytesOf(seal, func(b []byte) []byte { return []byte(strings.Repeat("x", len(b))) }), A(journal.SealDamaged), 5},
		"key flipped":           {bytesOf(seal, func(b []byte) []byte { b[30] ^= 1; return b }), A(journal.SealDamaged), 5},
		"another seal": {func(t *testing.T, dir string) {
			if err := makeSeal(filepath.Join(dir, seal)); err != nil {
				t.Fatal(err)
			}
		}, A(journal.Unsealed, 1), 0},
	}
}

// fill appends n events, each on its own, and closes the journal.
func fill(t *testing.T, dir string, n int, text ...string) {
	t.Helper()
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		seq, _ := j.Head()
		e := journal.Event{Time: time.Unix(int64(seq), 0), Kind: "heard", Task: "t1", Body: fmt.Appendf(nil, `{"n":%d}%s`, seq+1, strings.Join(text, ""))}
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// fiveMade is one journal that five copies; making each would wait for the disk.
var fiveMade struct {
	sync.Once
	dir string
}

// five is a closed journal of five events; dir/earlier holds its files of when
// there were three.
func five(t *testing.T) (dir string) {
	t.Helper()
	fiveMade.Do(func() {
		dir, err := os.MkdirTemp("", "deputy-five-")
		if err != nil {
			t.Fatal(err)
		}
		fiveMade.dir = dir
		made := filepath.Join(dir, "made")
		fill(t, made, 3)
		if err := os.CopyFS(filepath.Join(dir, "earlier"), os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
		fill(t, made, 2)
		if err := os.Rename(filepath.Join(dir, "earlier"), filepath.Join(made, "earlier")); err != nil {
			t.Fatal(err)
		}
	})
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(fiveMade.dir, "made"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTampering: whatever is done to the files of a journal is found by the next
// start and by Verify, the place is named, and what is left can be told.
func TestTampering(t *testing.T) {
	for name, c := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := five(t)
			c.do(t, dir)
			refused(t, dir, c.want)
			before := filesIn(t, dir)
			f, err := Examine(t.Context(), at(dir), sealedApart(dir))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Whole != c.whole {
				t.Errorf("got %d whole events, want %d", f.Whole, c.whole)
			}
			if len(f.Damage) == 0 {
				t.Error("examining found nothing")
			}
			for e, err := range f.kept(f.Whole) {
				if err != nil || e.Kind != "heard" {
					t.Errorf("kept %v, %v; want only what was written", e, err)
				}
			}
			if after := filesIn(t, dir); after != before {
				t.Errorf("examining changed files: got\n%s\nwant\n%s", after, before)
			}
		})
	}
	t.Logf("%d kinds of tampering", len(tamperings()))
}

// refused checks that neither a start nor Verify takes the journal.
func refused(t *testing.T, dir string, want journal.Altered) {
	t.Helper()
	r, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
	if err == nil {
		err = r.Verify(t.Context())
		r.Close()
	}
	if !errors.Is(err, journal.ErrAltered) {
		t.Errorf("verify: got %v, want journal.ErrAltered", err)
	}
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	if err == nil {
		j.Close()
		t.Fatal("the altered journal was opened")
	}
	got := journal.AlteredIn(err)
	if got == nil {
		t.Fatalf("got %v, want a journal.Altered", err)
	}
	if got.Damage != want.Damage || got.Seq != want.Seq || want.To != 0 && got.To != want.To {
		t.Errorf("got %s at %d to %d (%v), want %s at %d to %d", got.Damage, got.Seq, got.To, err, want.Damage, want.Seq, want.To)
	}
	if !errors.Is(err, journal.ErrAltered) || want.Seq > 0 && !strings.Contains(err.Error(), fmt.Sprint("event")) {
		t.Errorf("got %q, want journal.ErrAltered with the place", err)
	}
}

// filesIn lists the journal's files with their sums.
func filesIn(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	for _, p := range []string{at(dir), at(dir) + ".head", sealAt(dir)} {
		b, err := os.ReadFile(p)
		out = append(out, fmt.Sprintf("%s %v %x", filepath.Base(p), err == nil, journal.Sum(journal.Event{Body: b}).String()[:16]))
	}
	return strings.Join(out, "\n")
}

// TestFlippedBytes flips one byte anywhere in the database, many times: either
// that is found, or every event still reads as it was written (the byte means
// nothing: unused room in a page, a counter of SQLite's).
func TestFlippedBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir, 40, strings.Repeat(" a longer text", 30))
	whole, err := os.ReadFile(at(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := eventsIn(t, dir)
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	// Every byte that is in use would take minutes; all of the header, and some of the rest.
	var places []int
	for i := range 100 {
		places = append(places, i)
	}
	for range 120 {
		places = append(places, 100+random.IntN(len(whole)-100))
	}
	for _, place := range places {
		b := slices.Clone(whole)
		b[place] ^= byte(1 << random.IntN(8))
		if err := os.WriteFile(at(dir), b, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(t.Context(), at(dir), sealedApart(dir))
		if err != nil {
			if found++; !errors.Is(err, journal.ErrAltered) {
				t.Errorf("byte %d: got %v, want journal.ErrAltered", place, err)
			}
			if place%5 > 0 {
				continue
			}
			if f, err := Examine(t.Context(), at(dir), sealedApart(dir)); err != nil {
				t.Errorf("byte %d: examine: %v", place, err)
			} else {
				f.Close()
			}
			continue
		}
		for i, e := range want {
			got := eventAt(t, j, e.Seq)
			if got.Hash != e.Hash || journal.Sum(got) != journal.Sum(e) {
				t.Errorf("byte %d: event %d reads as another", place, i+1)
			}
		}
		j.Close()
	}
	t.Logf("%d of %d flipped bytes were found, the others changed no event", found, len(places))
	if found < 20 {
		t.Errorf("only %d flipped bytes were found", found)
	}
}

func eventsIn(t *testing.T, dir string) (events []journal.Event) {
	t.Helper()
	j, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for e, err := range j.Events(1) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func eventAt(t *testing.T, j *Journal, seq journal.Seq) journal.Event {
	t.Helper()
	for e, err := range j.Events(seq) {
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	t.Fatalf("there is no event %d", seq)
	return journal.Event{}
}
