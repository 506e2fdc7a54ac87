package models

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

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
