package main

import (
	"strings"
	"testing"
)

func TestCounts(t *testing.T) {
	const (
		start  = `{"Action":"run","Package":"p","Test":"TestA"}`
		passed = `{"Action":"pass","Package":"p","Test":"TestA"}`
		closed = `{"Action":"pass","Package":"p"}`
		failed = `{"Action":"fail","Package":"p"}`
	)
	tests := []struct {
		name    string
		excuses []string
		events  []string
		want    counts
		shows   string
	}{
		{name: "one passes", events: []string{start, passed, closed}, want: counts{Passed: 1}},
		{name: "subtests count, their parent does not", events: []string{
			start, `{"Action":"run","Package":"p","Test":"TestA/x"}`, `{"Action":"run","Package":"p","Test":"TestA/y"}`,
			`{"Action":"pass","Package":"p","Test":"TestA/x"}`, `{"Action":"pass","Package":"p","Test":"TestA/y"}`, passed, closed,
		}, want: counts{Passed: 2}},
		{name: "a failing subtest counts once and is shown", events: []string{
			start, `{"Action":"run","Package":"p","Test":"TestA/x"}`, `{"Action":"output","Package":"p","Test":"TestA/x","Output":"got 1, want 2\n"}`,
			`{"Action":"fail","Package":"p","Test":"TestA/x"}`, `{"Action":"fail","Package":"p","Test":"TestA"}`, failed,
		}, want: counts{Failed: 1}, shows: "got 1, want 2"},
		{name: "a parent that fails by itself counts", events: []string{
			start, `{"Action":"run","Package":"p","Test":"TestA/x"}`, `{"Action":"pass","Package":"p","Test":"TestA/x"}`,
			`{"Action":"fail","Package":"p","Test":"TestA"}`, failed,
		}, want: counts{Passed: 1, Failed: 1}},
		{name: "a build failure counts and is shown", events: []string{
			`{"Action":"build-output","ImportPath":"p [p.test]","Output":"undefined: x\n"}`, `{"Action":"build-fail","ImportPath":"p [p.test]"}`,
			`{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
		}, want: counts{Failed: 1}, shows: "undefined: x"},
		{name: "a test that never ends fails with its package", events: []string{start, failed}, want: counts{Failed: 1}},
		{name: "a package that never ends fails", events: []string{start}, want: counts{Failed: 1}},
		{name: "a skip is a skip", events: []string{start, `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: no microphone\n"}`,
			`{"Action":"skip","Package":"p","Test":"TestA"}`, closed}, want: counts{Skipped: 1}, shows: "skip p TestA: a_test.go:1: no microphone"},
		{name: "a skip fails where all must run", excuses: []string{"-"}, events: []string{start, `{"Action":"skip","Package":"p","Test":"TestA"}`, closed},
			want: counts{Failed: 1}, shows: "every test must run"},
		{name: "an excused skip", excuses: []string{"bare twin"}, events: []string{start, `{"Action":"output","Package":"p","Test":"TestA","Output":"bare twin only\n"}`,
			`{"Action":"skip","Package":"p","Test":"TestA"}`, closed}, want: counts{Skipped: 1}},
		{name: "a fuzz target refuses a seed", excuses: []string{"-"}, events: []string{
			`{"Action":"run","Package":"p","Test":"FuzzA"}`, `{"Action":"run","Package":"p","Test":"FuzzA/seed#0"}`,
			`{"Action":"skip","Package":"p","Test":"FuzzA/seed#0"}`, `{"Action":"pass","Package":"p","Test":"FuzzA"}`, closed,
		}, want: counts{Skipped: 1}},
		{name: "what is no event is passed on", events: []string{"go: downloading x", start, passed, closed}, want: counts{Passed: 1}, shows: "go: downloading x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			r := newRun(&out, tt.excuses)
			if err := read(strings.NewReader(strings.Join(tt.events, "\n")+"\n"), r); err != nil {
				t.Fatalf("read: %v", err)
			}
			if got := r.close(); got != tt.want {
				t.Errorf("got %+v, want %+v; it showed:\n%s", got, tt.want, &out)
			}
			if !strings.Contains(out.String(), tt.shows) {
				t.Errorf("got %q, want it to show %q", &out, tt.shows)
			}
		})
	}
}
