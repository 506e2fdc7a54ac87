package codewords

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"falcon", "falcon", 0}, {"falcon", "talcon", 1.0 / 6}, {"falcon", "valcon", 0.5 / 6}, {"", "falcon", 1}, {"abc", "xyz", 1}, {"abcd", "ab", 0.5},
	} {
		if got := distance([]rune(c.a), []rune(c.b), alikePhones); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s and %s: got %.3f, want %.3f", c.a, c.b, got, c.want)
		}
	}
}

// TestKoreanSounds: what sounds alike is nearer than what doesn't.
func TestKoreanSounds(t *testing.T) {
	d := func(a, b string) float64 { return apart(soundsOf(a), soundsOf(b)) }
	if got := d("네", "내"); got != 0 {
		t.Errorf("네 and 내: got %.2f, want 0: nobody tells them apart", got)
	}
	if got := d("호랑이", "바나나"); got < 0.5 || got > 1 {
		t.Errorf("호랑이 and 바나나: got %.2f, want far", got)
	}
	for _, c := range [][3]string{ // the first is nearer to the second than to the third
		{"바나나", "파나나", "사나나"}, {"호랑이", "오랑이", "초랑이"}, {"다리", "따리", "바리"}, {"국", "굳", "군"}, {"가지", "거지", "기지"}, {"자전거", "자정거", "자던거"},
	} {
		if near, far := d(c[0], c[1]), d(c[0], c[2]); near >= far || near == 0 || far != d(c[2], c[0]) {
			t.Errorf("%s: got %.2f to %s and %.2f to %s, want nearer, and the same both ways", c[0], near, c[1], far, c[2])
		}
	}
}

func TestPlace(t *testing.T) {
	for text, want := range map[string]string{
		"Approve Falcon.": "falcon", "Approved! Fall con": "fall con", "Falcon": "falcon", "": "-", "I prove it": "i prove it", "Approve": "approve",
	} {
		if got := place(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestChoose: the best understood words come first, and none beside a word that
// it is like, or that was written for it.
func TestChoose(t *testing.T) {
	w := func(text string, right int, heard ...string) *word {
		x := &word{text: text, right: right, said: 20, heard: map[string]int{}, passes: map[string]int{}}
		for _, h := range heard {
			x.heard[h] = 1
		}
		return x
	}
	passes := w("tulip", 20)
	passes.passes["falcon"]++
	ws := []*word{
		w("falcon", 20), w("pumpkin", 19), w("balcony", 20), w("bumpkin", 18), w("octopus", 20, "umpire"), w("umbrella", 11),
		passes, w("kangaroo", 19, "pump kin"), w("delta", 20), w("elephant", 18),
	}
	kept := choose(ws, 3)
	var got []string
	for _, k := range kept {
		got = append(got, k.text)
	}
	if want := []string{"falcon", "octopus", "pumpkin"}; !slices.Equal(got, want) {
		for _, x := range ws {
			t.Logf("%s: %s", x.text, x.why)
		}
		t.Errorf("got %v, want %v", got, want)
	}
	for _, x := range ws {
		if slices.Contains(kept, x) != (x.why == "") {
			t.Errorf("%s: kept %v, but why is %q", x.text, slices.Contains(kept, x), x.why)
		}
	}
}

func TestControl(t *testing.T) {
	for text, want := range map[string]bool{"messenger": true, "candle": true, "falcon": false, "sunflower": false} {
		if got := control(text) != ""; got != want {
			t.Errorf("%s: got %v (%s), want %v", text, got, control(text), want)
		}
	}
}

func TestPrune(t *testing.T) {
	var ws []*word
	for i := range 5 {
		ws = append(ws, &word{text: fmt.Sprint(i), said: 5, right: i})
	}
	left := prune(ws, 2)
	if len(left) != 2 || left[0].text != "4" || left[1].text != "3" || left[1].why != "" {
		t.Errorf("got %d words, %+v, want the two best", len(left), *left[0])
	}
	if got, want := ws[4].why, "2 words were better in round 0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestCandidates: each can be told from an answer, and stands once.
func TestCandidates(t *testing.T) {
	if n := len(usable(candidates)); n < 150 {
		t.Errorf("got %d usable English candidates, want at least 150", n)
	}
	for i, c := range candidates {
		if slices.Contains(candidates[:i], c) {
			t.Errorf("%s stands twice", c)
		}
	}
}

// TestKoreanChoice: it is the same each time, and keeps what it promises.
func TestKoreanChoice(t *testing.T) {
	var all []*word
	for _, c := range koreanCandidates {
		all = append(all, &word{text: c, why: refuseKorean(c)})
	}
	kept := farthest(all, 24)
	if len(kept) != 24 {
		t.Fatalf("got %d words, want 24", len(kept))
	}
	for i, a := range kept {
		for _, b := range kept[:i] {
			if d := apart(soundsOf(a.text), soundsOf(b.text)); d < koreanPairs {
				t.Errorf("%s and %s: got %.2f apart, want %.2f", a.text, b.text, d, koreanPairs)
			}
		}
		if _, d := nearest(a.text, koreanControls); d < koreanControlGap {
			t.Errorf("%s: got %.2f from a control word, want %.2f", a.text, d, koreanControlGap)
		}
	}
}

// TestSum: what a table says is read back as it was, and added.
func TestSum(t *testing.T) {
	ws := []*word{
		{text: "falcon", right: 9, said: 11, approved: 7, round: 3, heard: map[string]int{"talcum": 2, "-": 1}, passes: map[string]int{}},
		{text: "tulip", right: 2, said: 3, round: 1, why: "enough", heard: map[string]int{"two lip": 1}, passes: map[string]int{"ship": 1}},
	}
	got, err := parseTable(tableOf(ws))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %d words, %v, want 2", len(got), err)
	}
	for i, w := range ws {
		if g := got[i]; g.text != w.text || g.right != w.right || g.said != w.said || g.approved != w.approved || g.round != w.round || !maps.Equal(g.heard, w.heard) || !maps.Equal(g.passes, w.passes) {
			t.Errorf("got %+v, want %+v", *g, *w)
		}
	}
	path := filepath.Join(t.TempDir(), "a.tsv")
	if err := os.WriteFile(path, []byte(tableOf(ws)), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := sum(&out, []string{path, path}, 24); err != nil {
		t.Fatal(err)
	}
	if want := "| falcon | 18 | 14 | 22 | talcum (4), - (2) |"; !strings.Contains(out.String(), want) {
		t.Errorf("got %s, want %q in it", out.String(), want)
	}
	for _, bad := range []string{"word\nx", "word\na\ttrue\tx\t1\t1\t1\t\t\t"} {
		if _, err := parseTable(bad); err == nil {
			t.Errorf("%q: got no error, want one", bad)
		}
	}
}
