package whisper

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A tree is a network that knows how probable each token is after each text, and,
// like the real one, remembers only what it was given.
type tree struct {
	after  map[string]map[int32]float64 // by what was said so far: fmt.Sprint of the tokens
	memory []int32
	steps  int
}

func (n *tree) Decode(tokens []int32, past int) ([]float32, error) {
	if past > len(n.memory) {
		return nil, errors.New("it is told to keep more than it remembers")
	}
	n.memory = append(n.memory[:past], tokens...)
	n.steps++
	said := n.memory[slices.Index(n.memory, toy.transcribe)+1:]
	logits := make([]float32, toy.size)
	for i := range logits {
		logits[i] = -60
	}
	for t, p := range n.after[fmt.Sprint(said)] {
		logits[t] = float32(math.Log(p))
	}
	return logits, nil
}

func (n *tree) Bytes(token int32) string { return fmt.Sprintf(" %d", token) }

// heard reads the tree as four seconds of English.
func heard(t *testing.T, n *tree) reading {
	t.Helper()
	n.memory, n.steps = []int32{toy.sot}, 0
	r, err := read(t.Context(), n, sampler{vocab: toy, latest: 50}, 0, 200, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// mean is what the tree says of a text by token, its end included.
func (n *tree) mean(text []int32) float64 {
	sum := 0.0
	for i, t := range append(slices.Clone(text), toy.eot) {
		sum += math.Log(n.after[fmt.Sprint(text[:i])][t])
	}
	return sum / float64(len(text)+1)
}

func TestDoubtIsLookedInto(t *testing.T) {
	tests := []struct {
		name  string
		after map[string]map[int32]float64
		want  string
		steps int
	}{
		{"the first is likelier as a whole", map[string]map[int32]float64{
			"[]":    {1: 0.6, 2: 0.4},
			"[1]":   {3: 0.6, 4: 0.4},
			"[1 3]": {toy.eot: 1},
			"[2]":   {5: 0.5, 6: 0.5}, // could still be likelier until this is read
		}, "1 3", 4},
		{"the second is", map[string]map[int32]float64{
			"[]":    {1: 0.5, 2: 0.4, 5: 0.1},
			"[1]":   {3: 0.5, 5: 0.1, 4: 0.1, 6: 0.1, 7: 0.1, 8: 0.1},
			"[1 3]": {toy.eot: 1},
			"[2]":   {3: 0.9, 4: 0.1},
			"[2 3]": {toy.eot: 1},
		}, "2 3", 5},
		{"the second is too unlikely to be tried", map[string]map[int32]float64{
			"[]":      {1: 0.8, 2: 0.2},
			"[1]":     {3: 0.4, 4: 0.1, 5: 0.1, 6: 0.1, 7: 0.1, 8: 0.1, 9: 0.1},
			"[1 3]":   {4: 0.4, 3: 0.1, 5: 0.1, 6: 0.1, 7: 0.1, 8: 0.1, 9: 0.1},
			"[1 3 4]": {toy.eot: 1},
			"[2]":     {toy.eot: 1}, // likelier, if it were
		}, "1 3 4", 4},
		{"both say the same again: the rest is not read twice", map[string]map[int32]float64{
			"[]":          {1: 0.6, 2: 0.4},
			"[1]":         {3: 1},
			"[1 3]":       {4: 0.8, 9: 0.2},
			"[1 3 4]":     {5: 0.8, 9: 0.2},
			"[1 3 4 5]":   {6: 0.8, 9: 0.2},
			"[1 3 4 5 6]": {toy.eot: 1},
			"[2]":         {3: 1},
			"[2 3]":       {4: 0.8, 9: 0.2},
			"[2 3 4]":     {5: 0.8, 9: 0.2},
			"[2 3 4 5]":   {6: 0.8, 9: 0.2},
			"[2 3 4 5 6]": {toy.eot: 1},
		}, "1 3 4 5 6", 8},
		{"both say the same again: a long rest is taken over", map[string]map[int32]float64{
			"[]":                            {1: 0.6, 2: 0.4},
			"[1]":                           {3: 0.5, 9: 0.5 * 0.29, 10: 0.5 * 0.29, 11: 0.5 * 0.29, 12: 0.065},
			"[1 3]":                         {4: 1},
			"[1 3 4]":                       {5: 1},
			"[1 3 4 5]":                     {6: 1},
			"[1 3 4 5 6]":                   {7: 1},
			"[1 3 4 5 6 7]":                 {8: 1},
			"[1 3 4 5 6 7 8]":               {9: 1},
			"[1 3 4 5 6 7 8 9]":             {10: 1},
			"[1 3 4 5 6 7 8 9 10]":          {11: 1},
			"[1 3 4 5 6 7 8 9 10 11]":       {12: 1},
			"[1 3 4 5 6 7 8 9 10 11 12]":    {13: 1},
			"[1 3 4 5 6 7 8 9 10 11 12 13]": {toy.eot: 1},
			"[2]":                           {3: 1},
			"[2 3]":                         {4: 1},
		}, "2 3 4 5 6 7 8 9 10 11 12 13", 15},
		{"it ends there", map[string]map[int32]float64{
			"[]":    {1: 0.9, 2: 0.1},
			"[1]":   {3: 0.5, toy.eot: 0.45, 4: 0.05},
			"[1 3]": {toy.eot: 0.2, 4: 0.15, 5: 0.15, 6: 0.15, 7: 0.15, 8: 0.1, 9: 0.1},
		}, "1", 0},
		{"two doubts, each the better for the second", map[string]map[int32]float64{
			"[]":      {1: 0.5, 2: 0.4, 5: 0.1},
			"[1]":     {3: 0.5, 4: 0.4, 5: 0.1},
			"[1 3]":   {6: 0.3, 7: 0.08, 8: 0.08, 9: 0.08, 10: 0.08},
			"[1 3 6]": {toy.eot: 1},
			"[1 4]":   {7: 1},
			"[1 4 7]": {toy.eot: 1},
			"[2]":     {8: 1},
			"[2 8]":   {toy.eot: 1},
		}, "2 8", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := &tree{after: tt.after}
			r := heard(t, n)
			if got := r.text(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.steps > 0 && n.steps != tt.steps {
				t.Errorf("got %d steps of the decoder, want %d", n.steps, tt.steps)
			}
		})
	}
}

// Whatever the network thinks: what is read is never less likely than the greedy
// reading, and its probabilities are those of that very text, so nothing of another
// path was left in the decoder's memory.
func TestDoubtNeverMakesItWorse(t *testing.T) {
	better := 0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 5))
		n := &tree{after: map[string]map[int32]float64{}}
		grow(n, rng, nil)
		var greedy []int32
		for {
			next := n.after[fmt.Sprint(greedy)]
			top := slices.MaxFunc(slices.Sorted(maps.Keys(next)), func(a, b int32) int {
				return int(math.Copysign(1, next[a]-next[b]))
			})
			if top == toy.eot {
				break
			}
			greedy = append(greedy, top)
		}
		r := heard(t, n)
		var text []int32
		sum := 0.0
		for _, s := range r.segments {
			for _, word := range splitInts(t, s.text) {
				sum += math.Log(n.after[fmt.Sprint(text)][word])
				text = append(text, word)
			}
		}
		if math.Abs(sum-r.logp) > 1e-3 {
			t.Fatalf("seed %d: %v is said to have log probability %.4f, it has %.4f", seed, text, r.logp, sum)
		}
		was, is := n.mean(greedy), n.mean(text)
		if is < was-1e-6 {
			t.Fatalf("seed %d: %v (%.4f) took the place of %v (%.4f)", seed, text, is, greedy, was)
		}
		if is > was+1e-6 {
			better++
		}
	}
	if better < 50 {
		t.Errorf("only %d of 2000 texts came out likelier: doubt is hardly looked into", better)
	}
}

// grow makes up what comes after text: at most five tokens more.
func grow(n *tree, rng *rand.Rand, text []int32) {
	next := map[int32]float64{}
	left := 1.0
	for _, t := range rng.Perm(4)[:2+rng.IntN(2)] {
		p := left * (0.3 + 0.6*rng.Float64())
		next[int32(t+1)] = p
		left -= p
	}
	if len(text) > 0 {
		next[toy.eot] = left
	}
	switch len(text) {
	case 0: // no text ends before it begins
		for t := range next {
			next[t] /= 1 - left
		}
	case 5:
		next = map[int32]float64{toy.eot: 1}
	}
	n.after[fmt.Sprint(text)] = next
	for t := range next {
		if t != toy.eot {
			grow(n, rng, append(slices.Clone(text), t))
		}
	}
}

func splitInts(t *testing.T, s string) []int32 {
	t.Helper()
	var out []int32
	var v int32
	for rest := s; rest != ""; {
		read, err := fmt.Sscanf(rest, "%d", &v)
		if err != nil || read != 1 {
			t.Fatalf("%q is no list of numbers", s)
		}
		out = append(out, v)
		rest = rest[len(fmt.Sprint(v)):]
		for rest != "" && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	return out
}
