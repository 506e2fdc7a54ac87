package policy

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// orders reads testdata/orders.tsv: the level, the order.
func orders(t testing.TB) (out [][2]string) {
	t.Helper()
	f, err := os.Open("testdata/orders.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if level, order, ok := strings.Cut(s.Text(), "\t"); ok && !strings.HasPrefix(level, "#") {
			out = append(out, [2]string{level, order})
		}
	}
	return out
}

func TestScope(t *testing.T) {
	all := orders(t)
	for _, o := range all {
		var want Level
		if err := want.UnmarshalText([]byte(o[0])); err != nil {
			t.Fatal(err)
		}
		for _, language := range []string{"en", "ko"} {
			if got := Scope(o[1], language); got != want {
				t.Errorf("%q: got %v, want %v", o[1], got, want)
				break
			}
		}
	}
	if len(all) < 120 {
		t.Errorf("got %d orders, want 120", len(all))
	}
}

func FuzzScope(f *testing.F) {
	for _, o := range orders(f) {
		f.Add(o[1])
	}
	f.Fuzz(func(t *testing.T, order string) {
		if l := Scope(order, "en"); l < Look || l > Commit {
			t.Errorf("%q: got %v", order, l)
		}
	})
}
