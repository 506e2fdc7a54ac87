package workspace

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"deputy/agent/policy"
	"deputy/agent/tool"
)

// Protect adds to what is protected in every workspace: patterns of what runs by
// itself and of what holds secrets. It is called before any tool of w is used.
func (w *Workspace) Protect(runs, secrets []string) error {
	p, err := NewProtected(runs, secrets)
	if err == nil {
		w.protected = p
	}
	return err
}

// Kind says whether what a path leads to is protected, by whatever name.
func (w *Workspace) Kind(rel string) Kind {
	kind := w.protected.Of(rel)
	if real := w.real(rel); real != rel {
		kind |= w.protected.Of(real) | w.protected.Kind(w.root, real)
	}
	return kind | w.protected.Kind(w.root, rel)
}

// real is where a path leads: its links are resolved, as far as it is there.
func (w *Workspace) real(rel string) string {
	rest := ""
	for p := rel; ; p = path.Dir(p) {
		if real, err := filepath.EvalSymlinks(w.abs(p)); err == nil {
			if in, ok := Below(filepath.ToSlash(real), filepath.ToSlash(w.dir)); ok {
				return path.Join(in, rest)
			}
			return rel // it leads out, and nowhere through root
		}
		if p == "." {
			return rel
		}
		rest = path.Join(path.Base(p), rest)
	}
}

// changes is the level of changing a path of a kind.
func changes(k Kind) policy.Level {
	switch {
	case k&Secret != 0:
		return policy.Restricted
	case k != Free:
		return policy.Commit
	}
	return policy.Draft
}

// Reads is the level of showing a file of a kind to a model.
func Reads(k Kind) policy.Level {
	if k&Secret != 0 {
		return policy.Restricted
	}
	return policy.Look
}

// Protects states that what an action is about is protected, and why.
func Protects(a *tool.Action, k Kind) {
	for of, name := range map[Kind]string{Runs: "startup", Secret: "secret"} {
		if k&of != 0 {
			a.Facts[name], a.Values[name] = "yes", "yes"
		}
	}
}

// Seen checks the file that was opened, not only its path: a link may have come
// to be in between.
func (w *Workspace) Seen(f *os.File, rel string, allowed policy.Level, takes func(Kind) policy.Level) error {
	name, err := FileName(f)
	if err != nil {
		return fmt.Errorf("%q can't be checked: %w", rel, err)
	}
	in, ok := Below(filepath.ToSlash(name), filepath.ToSlash(w.dir))
	if !ok {
		return fmt.Errorf("%q leads out of the workspace: %w", rel, errOutside)
	}
	if takes(w.Kind(in)|w.protected.Of(rel)) > allowed {
		return fmt.Errorf("%q has become another file, which is protected: order it again", rel)
	}
	return nil
}

// Authority is what changing the file takes, and says why it takes more than usual.
func (w *Workspace) Authority(a *tool.Action) {
	k := w.Kind(a.Target)
	a.Level = max(a.Level, changes(k))
	Protects(a, k)
	if a.Facts["undo"] == "none" {
		a.Values["warning"] = "no-undo"
	}
}

// Protects says whether what a command names in the workspace is protected.
func (w *Workspace) Protects(name string) (runs, secret bool) {
	kind := w.protected.Of(name)
	if rel, err := cleanPath(w.dir, name); err == nil {
		kind |= w.Kind(rel)
	}
	return kind&Runs != 0, kind&Secret != 0
}
