package proc

import (
	"strings"
	"testing"
)

func TestCommandIsToldOnlyWhatItIsGranted(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "hunter2")
	t.Setenv("OMP_NUM_THREADS", "2")
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, tt := range []struct {
		grant     Grant
		want, not string
	}{
		{Grant{}, "LC_ALL=C.UTF-8", "OPENAI_API_KEY OMP_NUM_THREADS"},
		{Grant{Inherit: []string{"OMP_*"}, Set: []string{"A=b"}}, "OMP_NUM_THREADS=2 A=b PATH=", "OPENAI_API_KEY"},
		{Grant{Nothing: true, Set: []string{"A=b"}}, "A=b", "PATH= LC_ALL OPENAI_API_KEY"},
		{Grant{Nothing: true}, "", "PATH= LC_ALL OPENAI_API_KEY"},
		{Grant{Inherit: []string{"*"}}, "OPENAI_API_KEY=hunter2", ""},
	} {
		out, err := Command(t.Context(), tt.grant, "/usr/bin/env").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range strings.Fields(tt.want) {
			if !strings.Contains(string(out), w) {
				t.Errorf("%+v: %s is missing: %s", tt.grant, w, out)
			}
		}
		for _, n := range strings.Fields(tt.not) {
			if strings.Contains(string(out), n) {
				t.Errorf("%+v: got %s: %s", tt.grant, n, out)
			}
		}
	}
}
