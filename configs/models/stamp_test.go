package models

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestCheck(t *testing.T) {
	ctx := context.Background()
	raw := content(1000)
	m := one(raw, Place{URL: "https://x.invalid/"})[0]
	dir := t.TempDir()
	path := filepath.Join(dir, "m.bin")
	expect := func(what string, check func(context.Context, string, Model) (State, error), want State) {
		t.Helper()
		if got, err := check(ctx, dir, m); got != want {
			t.Errorf("%s: got %s (%v), want %s", what, got, err, want)
		}
	}
	put := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect("nothing", Check, Missing)
	os.WriteFile(path+".part", raw[:10], 0o600)
	expect("a part", Check, Partial)
	put(raw[:999])
	expect("cut", Check, Altered)
	altered := bytes.Clone(raw)
	altered[500] ^= 1
	put(altered)
	expect("altered", Check, Altered)
	put(raw)
	expect("copied here by hand", Check, Ready)
	if sum, fresh := readStamp(path); sum != m.SHA256 || !fresh {
		t.Errorf("no stamp was made: %q %v", sum, fresh)
	}
	// Altered behind the stamp's back, with the old time: only Verify sees it.
	info, _ := os.Stat(path)
	put(altered)
	os.Chtimes(path, info.ModTime(), info.ModTime())
	expect("by the stamp", Check, Ready)
	expect("hashed", Verify, Altered)
	// Written later than the stamp: Check sees it too.
	later := info.ModTime().Add(hour)
	os.Chtimes(path, later, later)
	expect("newer than the stamp", Check, Altered)
	unpinned := m
	unpinned.SHA256 = ""
	os.Remove(path + ".sha256")
	put(raw)
	if state, err := Check(ctx, dir, unpinned); state != Altered || err == nil {
		t.Errorf("not pinned and not stamped: got %s %v, want altered with a reason", state, err)
	}
}

func TestAdopt(t *testing.T) {
	dir := t.TempDir()
	raw := content(100)
	m := one(raw, Place{URL: "https://x.invalid/"})
	for _, c := range []struct {
		raw  []byte
		want string
	}{{raw, "m.bin"}, {content(50), "ggml-mine.bin"}} {
		tmp := filepath.Join(dir, "tmp")
		if err := os.WriteFile(tmp, c.raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Adopt(context.Background(), dir, tmp, m, "ggml-mine.bin"); got != c.want || err != nil {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
	}
}
