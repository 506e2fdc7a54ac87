package textnorm

import "slices"

// Distance counts what to insert, delete or replace so that a becomes b.
func Distance[T comparable](a, b []T) int {
	return int(Cost(a, b, Differ[T], each[T]))
}

// Apart is Distance as a share of the longer: 0 is equal, 1 has nothing in common.
func Apart[T comparable](a, b []T) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	return float64(Distance(a, b)) / float64(max(len(a), len(b)))
}

// DistanceWithin is the least Distance of a to any piece of text.
func DistanceWithin[T comparable](a, text []T) int {
	row := make([]float64, len(text)+1) // zeros: a piece may begin anywhere
	align(row, a, text, Differ[T], each[T])
	return int(slices.Min(row)) // and end anywhere
}

// Cost is what it takes to make b of a: swap is the cost of one thing in place of
// another, skip that of a thing of s that the other hasn't.
func Cost[T any](a, b []T, swap func(x, y T) float64, skip func(s []T, i int) float64) float64 {
	row := make([]float64, len(b)+1)
	for j := range b {
		row[j+1] = row[j] + skip(b, j)
	}
	align(row, a, b, swap, skip)
	return row[len(b)]
}

// Differ is the cost of a swap where all are the same.
func Differ[T comparable](x, y T) float64 {
	if x == y {
		return 0
	}
	return 1
}

func each[T any]([]T, int) float64 { return 1 }

// align goes through a, keeping in row the cost of what it saw against each beginning of b.
func align[T any](row []float64, a, b []T, swap func(x, y T) float64, skip func(s []T, i int) float64) {
	for i, x := range a {
		diagonal, skipped := row[0], skip(a, i)
		row[0] += skipped
		for j, y := range b {
			above := row[j+1]
			row[j+1] = min(diagonal+swap(x, y), row[j]+skip(b, j), above+skipped)
			diagonal = above
		}
	}
}
