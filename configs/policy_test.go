package configs

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPolicyBesideTheConfiguration: the owner's rules count as soon as they lie
// beside the file that is loaded, whether or not that file exists or says so.
func TestPolicyBesideTheConfiguration(t *testing.T) {
	dir := home(t)
	beside := filepath.Join(dir, ".config", "deputy", "policy.yaml")
	if err := os.MkdirAll(filepath.Dir(beside), 0o700); err != nil {
		t.Fatal(err)
	}
	other := write(t, filepath.Join(dir, "c.yaml"), "log: {level: warn}\n", 0o600)
	named := write(t, filepath.Join(dir, "named.yaml"), "agent: {policy: ~/mine.yaml}\n", 0o600)
	load := func(file string) string {
		t.Helper()
		c, err := LoadUser(file)
		if err != nil {
			t.Fatal(err)
		}
		return c.Agent.Policy
	}
	if got := load(""); got != "" {
		t.Errorf("without any: got %q", got)
	}
	write(t, beside, "", 0o600)
	if got := load(""); got != beside {
		t.Errorf("without a configuration: got %q, want %q", got, beside)
	}
	if got := load(other); got != "" {
		t.Errorf("beside another configuration there is none: got %q", got)
	}
	write(t, filepath.Join(dir, "policy.yaml"), "", 0o600)
	if got, want := load(other), filepath.Join(dir, "policy.yaml"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := load(named), filepath.Join(dir, "mine.yaml"); got != want {
		t.Errorf("named: got %q, want %q", got, want)
	}
	t.Chdir(dir)
	if got, want := load("c.yaml"), filepath.Join(dir, "policy.yaml"); got != want {
		t.Errorf("a relative path: got %q, want %q", got, want)
	}
	// One that can't be read is not passed over.
	if err := os.Remove(beside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/nowhere", beside); err != nil {
		t.Fatal(err)
	}
	if got := load(""); got != beside {
		t.Errorf("a link to nothing: got %q, want %q", got, beside)
	}
}
