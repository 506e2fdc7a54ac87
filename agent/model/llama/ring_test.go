package llama

import (
	"fmt"
	"strings"
	"testing"
)

func TestRing(t *testing.T) {
	var r ring
	for i := range ringLines + 50 {
		fmt.Fprintf(&r, "line %d\n", i)
	}
	fmt.Fprintf(&r, "%s\r\nun", strings.Repeat("x", 10*lineBytes))
	fmt.Fprint(&r, "ended \xff")
	want := fmt.Sprintf("line %d\n%s\nunended ?", ringLines+49, strings.Repeat("x", lineBytes))
	if got := r.tail(3); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(strings.Split(r.tail(10_000), "\n")); n != ringLines+1 {
		t.Errorf("got %d lines kept, want %d", n, ringLines+1)
	}
	if r.tail(3) != want {
		t.Error("reading the tail changed it")
	}
}
