package rehearsal

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/cmd/internal/cmdtest"
)

// TestRehearsals plays every scene that comes with the program.
func TestRehearsals(t *testing.T) {
	files, err := filepath.Glob("testdata/rehearsals/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("got %d scenes (%v), want at least 5", len(files), err)
	}
	cfg := cmdtest.Config(t)
	played := make([]chan error, len(files))
	for i, f := range files { // all at once: they mostly wait
		played[i] = make(chan error, 1)
		go func() { played[i] <- RehearseFile(t.Context(), cfg, f, 30*time.Second, false, io.Discard) }()
	}
	for i, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			if err := <-played[i]; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRehearsalsCanFail: a scene whose expectation is wrong must not pass.
func TestRehearsalsCanFail(t *testing.T) {
	cfg := cmdtest.Config(t)
	for name, scene := range map[string]string{
		"approved without an approval":  "ask L3 \"send it\"\nsay \"no\"\nexpect approved\n-- model --\n",
		"an effect that did not happen": "ask L3 \"send it\"\nexpect effects 1\n-- model --\n",
		"no file":                       "expect file nothing.txt\n-- model --\n",
		"another text":                  "expect file a.txt contains \"b\"\n-- a.txt --\na\n-- model --\n",
		"it did happen":                 "ask L2 \"go\"\nexpect no asked\n-- model --\n",
		"a stop after the grace":        "ask L3 \"send it\"\nsay \"go ahead {code}\"\nsilence 3s\nsay \"stop\"\nexpect stopped\n-- model --\n",
		"a time that is none":           "say \"stop\" soon\n-- model --\n",
		"an unknown direction":          "sing \"la\"\n",
		"an open quote":                 "say \"la\n",
		"nothing":                       "# only a comment\n",
		"a file outside":                "expect done\n-- ../x --\nx\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := filepath.Join(t.TempDir(), "scene.txtar")
			if err := os.WriteFile(f, []byte(scene), 0o600); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := RehearseFile(t.Context(), cfg, f, 2*time.Second, false, &out); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func FuzzParseScene(f *testing.F) {
	f.Add([]byte("say \"x\"\nexpect asked\n-- model --\n{}"))
	f.Add([]byte("play a b c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseScene("x", data)
		if err == nil && len(s.directions) == 0 {
			t.Error("a scene without directions was accepted")
		}
	})
}
