package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"deputy/agent/journal"
)

// childEnv makes the test binary a process that appends until it is killed.
const childEnv = "DEPUTY_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		fmt.Fprintln(os.Stderr, appendForever(path))
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(fiveMade.dir)
	os.Exit(code)
}

// snapshotOf is long, so that a kill often comes while it is written.
func snapshotOf(seq journal.Seq) []byte { return bytes.Repeat(fmt.Appendf(nil, "%d ", seq), 1<<16) }

// appendForever appends threes and acknowledges each on standard output. After
// each it keeps a snapshot and acknowledges that with the number below zero.
func appendForever(path string) error {
	ctx := context.Background()
	j, err := Open(ctx, path, nil)
	if err != nil {
		return err
	}
	for {
		seq, _ := j.Head()
		three := make([]journal.Event, 3)
		for i := range three {
			n := int(seq) + 1 + i
			three[i] = journal.Event{Time: time.Now(), Kind: "heard", Body: fmt.Appendf(nil, `{"n":%d}`, n)}
		}
		if err := j.Append(ctx, three...); err != nil {
			return err
		}
		fmt.Println(three[2].Seq)
		end := three[2]
		if err := j.SaveSnapshot(ctx, journal.Snapshot{Seq: end.Seq, Hash: end.Hash, Schema: "1", Body: snapshotOf(end.Seq)}); err != nil {
			return err
		}
		fmt.Println(-int(end.Seq))
	}
}

// TestKill kills the owner of a journal with SIGKILL in the midst of appending,
// again and again, on one file: whatever it acknowledged is there afterwards,
// no append is there by halves, the lock is free, and the last snapshot that
// was acknowledged, or a later one, is there as a whole.
func TestKill(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := at(t.TempDir())
	last, kept := 0, 0
	for round := range 25 {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), childEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acks := bufio.NewScanner(out)
		acked := last
		ack := func() {
			var n int
			fmt.Sscan(acks.Text(), &n)
			acked, kept = max(acked, n), max(kept, -n)
		}
		for n := 1 + rand.IntN(20); n > 0 && acks.Scan(); n-- {
			ack()
		}
		if round == 0 {
			if _, err := Open(t.Context(), path, nil); err == nil {
				t.Error("a second process opened the journal")
			}
		}
		// It goes on appending: the signal comes anywhere.
		time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, func() { cmd.Process.Kill() })
		for acks.Scan() { // what it still acknowledged before it died
			ack()
		}
		cmd.Wait()
		last = reopened(t, path, acked, kept)
	}
	t.Logf("%d events were appended by 25 processes, all killed", last)
}

// reopened checks the journal after a kill and says how many events it has.
func reopened(t *testing.T, path string, acked, kept int) int {
	t.Helper()
	j, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatalf("open after kill: %v", err)
	}
	defer j.Close()
	n := 0
	for e, err := range j.Events(1) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; string(e.Body) != fmt.Sprintf(`{"n":%d}`, n) {
			t.Fatalf("event %d: got body %s", n, e.Body)
		}
	}
	if s, ok := j.LatestSnapshot(t.Context(), "1"); ok != (s.Seq > 0) || int(s.Seq) < kept || ok && !bytes.Equal(s.Body, snapshotOf(s.Seq)) {
		t.Errorf("got snapshot %d of %d bytes after that of event %d was acknowledged", s.Seq, len(s.Body), kept)
	}
	if n < acked || n%3 != 0 {
		t.Fatalf("got %d events, want at least the %d acknowledged, in threes", n, acked)
	}
	return n
}
