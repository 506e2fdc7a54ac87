package app

import (
	"os"
	"path/filepath"
	"testing"

	"deputy/configs"
)

func TestHearingModel(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if got := hearingModel("auto"); got != smallWeights {
		t.Errorf("without the quick weights: got %s, want %s", got, smallWeights)
	}
	if err := os.MkdirAll(configs.UserPaths().Models(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ModelFile(QuickWeights), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want := smallWeights
	if MultipliesBF16() {
		want = QuickWeights
	}
	if got := hearingModel("auto"); got != want {
		t.Errorf("with the quick weights: got %s, want %s", got, want)
	}
	for _, name := range []string{"small", smallWeights, filepath.Join(t.TempDir(), "mine.bin")} {
		if got := hearingModel(name); got != name {
			t.Errorf("named %s: got %s", name, got)
		}
	}
}
