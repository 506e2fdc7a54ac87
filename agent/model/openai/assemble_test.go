package openai

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"deputy/agent/model"
)

// readDeltas reads the JSON of tool_calls deltas, one event each.
func readDeltas(t testing.TB, events ...string) *assembler {
	t.Helper()
	a := &assembler{}
	for _, e := range events {
		var ds []callDelta
		if err := json.Unmarshal([]byte(e), &ds); err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if err := a.take(d); err != nil {
				t.Fatal(err)
			}
		}
	}
	return a
}

func TestAssembler(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events []string
		want   []string // tool and args
		ids    []string // "" = any, but there
		wrong  string
	}{
		{
			name: "pieces",
			events: []string{
				`[{"index":0,"id":"a1","type":"function","function":{"name":"read_file","arguments":""}}]`,
				`[{"index":0,"function":{"arguments":"{\"pa"}}]`,
				`[{"index":0,"function":{"arguments":"th\":\"x\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`}, ids: []string{"a1"},
		},
		{
			name: "two, interleaved",
			events: []string{
				`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"{\"path\":"}}]`,
				`[{"index":1,"id":"b","function":{"name":"list_files","arguments":"{"}}]`,
				`[{"index":0,"function":{"arguments":"\"x\"}"}},{"index":1,"function":{"arguments":"\"path\":\".\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`, `list_files {"path":"."}`}, ids: []string{"a", "b"},
		},
		{
			name:   "whole calls, no index, no id",
			events: []string{`[{"function":{"name":"read_file","arguments":"{\"path\":\"x\"}"}},{"function":{"name":"read_file","arguments":"{\"path\":\"y\"}"}}]`},
			want:   []string{`read_file {"path":"x"}`, `read_file {"path":"y"}`}, ids: []string{"", ""},
		},
		{
			name: "no index, pieces",
			events: []string{
				`[{"id":"a","function":{"name":"read_file","arguments":""}}]`,
				`[{"function":{"arguments":"{\"path\":"}}]`, `[{"function":{"arguments":"\"x\"}"}}]`,
				`[{"id":"b","function":{"name":"list_files","arguments":"{}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`, `list_files {}`}, ids: []string{"a", "b"},
		},
		{
			name: "every call has index 0",
			events: []string{
				`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"{\"path\":\"x\"}"}}]`,
				`[{"index":0,"id":"b","function":{"name":"read_file","arguments":"{\"path\":"}}]`,
				`[{"index":0,"function":{"arguments":"\"y\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`, `read_file {"path":"y"}`}, ids: []string{"a", "b"},
		},
		{
			name: "name in every delta",
			events: []string{
				`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"{\"path\":"}}]`,
				`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"\"x\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`},
		},
		{
			name: "name twice before the arguments, no index, no id",
			events: []string{
				`[{"function":{"name":"read_file","arguments":""}}]`,
				`[{"function":{"name":"read_file","arguments":"{\"path\":\"x\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`},
		},
		{
			name: "name in pieces",
			events: []string{
				`[{"index":0,"id":"a","function":{"name":"read_"}}]`, `[{"index":0,"function":{"name":"file"}}]`,
				`[{"index":0,"function":{"arguments":"{\"path\":\"x\"}"}}]`,
			},
			want: []string{`read_file {"path":"x"}`},
		},
		{
			name:   "name so far, again and longer",
			events: []string{`[{"index":0,"function":{"name":"read"}}]`, `[{"index":0,"function":{"name":"read_file"}}]`},
			want:   []string{`read_file {}`},
		},
		{
			name:   "arguments as an object",
			events: []string{`[{"index":0,"id":"a","function":{"name":"read_file","arguments":{"path": "x"}}}]`},
			want:   []string{`read_file {"path":"x"}`},
		},
		{
			name:   "no arguments, null index",
			events: []string{`[{"index":null,"id":"a","function":{"name":"list_files"}}]`},
			want:   []string{`list_files {}`},
		},
		{
			name: "the same id twice",
			events: []string{
				`[{"index":0,"id":"a","function":{"name":"list_files","arguments":"{}"}}]`,
				`[{"index":1,"id":"a","function":{"name":"list_files","arguments":"{}"}}]`,
			},
			want: []string{`list_files {}`, `list_files {}`}, ids: []string{"a", ""},
		},
		{name: "nothing", events: []string{`[]`}},
		{name: "unknown tool", events: []string{`[{"index":0,"function":{"name":"rm","arguments":"{}"}}]`}, wrong: `no tool "rm"`},
		{name: "no name", events: []string{`[{"index":0,"id":"a","function":{"arguments":"{}"}}]`}, wrong: `no tool ""`},
		{name: "cut arguments", events: []string{`[{"index":0,"function":{"name":"delete_file","arguments":"{\"path\":\"x\""}}]`}, wrong: "not valid JSON"},
		{name: "two objects", events: []string{`[{"index":0,"function":{"name":"delete_file","arguments":"{\"path\":\"x\"}{}"}}]`}, wrong: "not valid JSON"},
		{name: "a string", events: []string{`[{"index":0,"function":{"name":"delete_file","arguments":"\"x\""}}]`}, wrong: "not a JSON object"},
		{name: "path twice", events: []string{`[{"index":0,"function":{"name":"delete_file","arguments":"{\"path\":\"x\",\"Path\":\"y\"}"}}]`}, wrong: "given twice"},
		{
			name: "a good and a bad one",
			events: []string{
				`[{"index":0,"function":{"name":"delete_file","arguments":"{\"path\":\"x\"}"}},{"index":1,"function":{"name":"nope","arguments":"{}"}}]`,
			},
			wrong: `no tool "nope"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls, err := readDeltas(t, tt.events...).finish(deskTools())
			if tt.wrong != "" {
				if !errors.Is(err, model.ErrMalformed) || !strings.Contains(err.Error(), tt.wrong) || len(calls) > 0 {
					t.Fatalf("got %v and calls %v, want a malformed error with %q and no call", err, calls, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(calls) != len(tt.want) {
				t.Fatalf("got %d calls %v, want %d", len(calls), calls, len(tt.want))
			}
			ids := map[string]bool{}
			for i, c := range calls {
				if got := c.Tool + " " + string(c.Args); got != tt.want[i] {
					t.Errorf("call %d: got %s, want %s", i, got, tt.want[i])
				}
				if c.ID == "" || ids[c.ID] || i < len(tt.ids) && tt.ids[i] != "" && c.ID != tt.ids[i] {
					t.Errorf("call %d: got id %q of %v, want %q", i, c.ID, calls, tt.ids)
				}
				ids[c.ID] = true
			}
		})
	}
}

// Whatever the deltas, a call that comes out names a tool and carries one
// object, and endless deltas end.
func FuzzAssembler(f *testing.F) {
	f.Add(`[{"index":0,"id":"a","function":{"name":"read_file","arguments":"{\"path\":"}}]`, `[{"index":0,"function":{"arguments":"\"x\"}"}}]`)
	f.Add(`[{"function":{"name":"read_file","arguments":{"path":1}}}]`, `[{"index":7,"function":{"name":"list_files"}}]`)
	f.Add(`[{"index":-1,"id":"","function":{"name":"","arguments":"null"}}]`, `[{"id":"q"}]`)
	f.Fuzz(func(t *testing.T, one, two string) {
		var a assembler
		for range 50 {
			for _, e := range []string{one, two} {
				var ds []callDelta
				if json.Unmarshal([]byte(e), &ds) != nil {
					return
				}
				for _, d := range ds {
					if err := a.take(d); err != nil {
						return
					}
				}
			}
		}
		calls, err := a.finish(deskTools())
		if err != nil && !errors.Is(err, model.ErrMalformed) {
			t.Fatalf("got %v, want a malformed error", err)
		}
		for _, c := range calls {
			var args map[string]json.RawMessage
			if !hasTool(deskTools(), c.Tool) || c.ID == "" || json.Unmarshal(c.Args, &args) != nil || args == nil {
				t.Fatalf("got call %+v", c)
			}
		}
		if len(calls) > maxCalls {
			t.Fatalf("got %d calls, want at most %d", len(calls), maxCalls)
		}
	})
}
