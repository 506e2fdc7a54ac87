package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/journal"
)

func repaired(aside string) (journal.Event, error) {
	return journal.Event{Kind: "journal.repaired", Body: fmt.Appendf(nil, "%q", filepath.Base(aside))}, nil
}

func examined(t *testing.T, dir string) *Findings {
	t.Helper()
	f, err := Examine(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestRebuild: whatever was done to the files, what is whole can be kept, the
// journal is sound then, and the old files lie beside it as they were.
func TestRebuild(t *testing.T) {
	for name, c := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := five(t)
			c.do(t, dir)
			old := diskOf(t, dir)
			f := examined(t, dir)
			aside, err := f.Rebuild(t.Context(), f.Whole, repaired)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			whole(t, dir, f.Whole+1)
			suffix := strings.TrimPrefix(aside, at(dir))
			for name, b := range old {
				p := filepath.Join(dir, name) + suffix
				if i := strings.Index(name, ".db-"); i > 0 {
					p = filepath.Join(dir, name[:i+3]) + suffix + name[i+3:]
				} else if strings.HasSuffix(name, ".head") {
					p = aside + ".head"
				}
				got, err := os.ReadFile(p)
				if b != nil && (err != nil || string(got) != string(b)) {
					t.Errorf("%s does not lie aside as it was: %v", name, err)
				}
			}
			f = examined(t, dir)
			if _, err := f.Rebuild(t.Context(), f.Whole+1, repaired); err == nil {
				t.Error("more was kept than is whole")
			}
		})
	}
}

// whole checks that the journal is sound, goes on, and has n events, the last of
// them the one that tells of the repair.
func whole(t *testing.T, dir string, n journal.Seq) {
	t.Helper()
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if seq, _ := j.Head(); seq != n {
		t.Errorf("got %d events, want %d", seq, n)
	}
	if e := eventAt(t, j, n); e.Kind != "journal.repaired" {
		t.Errorf("got a last event of kind %s, want journal.repaired", e.Kind)
	}
	if err := errors.Join(j.Verify(t.Context()), j.Append(t.Context(), journal.Event{Kind: "heard"}), j.Verify(t.Context())); err != nil {
		t.Error(err)
	}
	for _, p := range []string{at(dir), at(dir) + ".head", sealAt(dir)} {
		if fi, err := os.Stat(p); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v %v, want mode 600", p, fi, err)
		}
	}
	for _, p := range []string{at(dir) + staged, at(dir) + staging, sealAt(dir) + staged} {
		if _, err := os.Lstat(p); err == nil {
			t.Errorf("%s was left behind", p)
		}
	}
}

// TestRebuildInterrupted stops a repair before each change that it makes to the
// folder, as a power cut would, and starts again: before the moment from which it
// counts nothing has happened, from then on all of it does.
func TestRebuildInterrupted(t *testing.T) {
	for _, killed := range []bool{false, true} {
		for n := 0; ; n++ {
			dir := five(t)
			if killed { // a WAL lies beside the file
				j := opened(t, dir)
				if err := j.Append(t.Context(), journal.Event{Kind: "heard"}); err != nil {
					t.Fatal(err)
				}
				d := diskOf(t, dir)
				j.Close()
				for name, b := range d {
					if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			bytesOf("state/journal.db.head", func([]byte) []byte { return nil })(t, dir)
			f := examined(t, dir)
			if !stagedWithout(t, f, n) {
				f.Close()
				break
			}
			f.Close()
			if _, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir)); !errors.Is(err, ErrHalfRepaired) {
				t.Errorf("after %d renames: got %v, want ErrHalfRepaired", n, err)
			}
			whole(t, dir, f.Whole+1)
		}
	}
}

// stagedWithout makes a repair count and carries out only its first n renames;
// false if there are no more than n.
func stagedWithout(t *testing.T, f *Findings, n int) bool {
	t.Helper()
	errStop := errors.New("the power fails")
	left := n + 1 // the first is the one from which it counts
	rename = func(from, to string) error {
		if left--; left < 0 {
			return errStop
		}
		return os.Rename(from, to)
	}
	defer func() { rename = os.Rename }()
	_, err := f.Rebuild(t.Context(), f.Whole, repaired)
	if err != nil && !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	return err != nil
}
