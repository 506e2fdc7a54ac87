package whisper

import "testing"

// A name that is expected stays where it is nearly as likely as what was written in
// its place, and nowhere else.
func TestNameIsTried(t *testing.T) {
	v := toy
	v.names = [][]int32{{5, 6}}
	for _, tt := range []struct {
		what  string
		first map[int32]float64 // after the timestamp
		want  string
	}{
		{"nearly as likely", map[int32]float64{1: 0.55, 5: 0.4}, "5 6 9"},
		{"written by itself", map[int32]float64{5: 0.9, 1: 0.1}, "5 6 9"},
		{"not said", map[int32]float64{1: 0.9, 5: 0.00001}, "1 9"},
		{"possible, but less likely by far", map[int32]float64{1: 0.95, 5: 0.03}, "1 9"},
	} {
		n := &tree{memory: []int32{toy.sot}, after: map[string]map[int32]float64{
			"[]": {ts(0): 1}, "[31]": tt.first, "[31 1]": {9: 0.9, 8: 0.1}, "[31 1 9]": {toy.eot: 1}, "[31 5]": {6: 0.9, 8: 0.1}, "[31 5 6]": {9: 0.9, 8: 0.1}, "[31 5 6 9]": {toy.eot: 1},
		}}
		r, err := read(t.Context(), n, sampler{vocab: v, latest: 50}, 0, 200, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.text(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
}
