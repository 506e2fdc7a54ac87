package workspace

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Found is a protected path that is there.
type Found struct {
	Path string
	Kind Kind
	Info fs.FileInfo // as Lstat gives it
}

// Findings are the protected paths of a workspace at one time: each the outermost
// of its kind, but that of a git directory only what git obeys is one, so that the
// rest can be worked with.
type Findings struct {
	Paths []Found
	Git   []Found // git directories
	Doors []Found // pipes, sockets and devices: what is written there reaches whoever holds the other end
	files []Found // all there are in Paths, for Alias
}

// Scan finds what is protected, other names of the same files too. With force a
// folder that its owner can't read is opened for the time; else what is in one
// stays unknown.
func (p Protected) Scan(root *os.Root, force bool) Findings {
	s := &scan{p: p, root: root, force: force, more: map[string]bool{}}
	s.dir(".", nil)
	s.aliases()
	for _, all := range [][]Found{s.found.Paths, s.found.Git} {
		slices.SortFunc(all, func(a, b Found) int { return strings.Compare(a.Path, b.Path) })
	}
	return s.found
}

type scan struct {
	p     Protected
	root  *os.Root
	force bool
	more  map[string]bool // what the configuration of a repository names
	found Findings
}

// aliases finds other names of what was found.
func (s *scan) aliases() {
	if !slices.ContainsFunc(s.found.Files(s.root), func(f Found) bool { return manyNames(f.Info) }) {
		return
	}
	have := map[string]bool{}
	for _, f := range s.found.Files(s.root) {
		have[f.Path] = true
	}
	var more []Found
	_ = fs.WalkDir(s.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || have[p] {
			return nil
		}
		if info, err := d.Info(); err == nil && manyNames(info) {
			if kind := s.found.Alias(s.root, info); kind != Free {
				more = append(more, Found{p, kind, info})
			}
		}
		return nil
	})
	s.found.Paths = append(s.found.Paths, more...)
}

func (s *scan) dir(rel string, names []string) {
	entries := s.entries(rel)
	if isGit(entries) {
		s.git(rel)
		return
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".git" }) {
		for _, named := range obeyed(s.root, rel) {
			s.more[named] = true
		}
	}
	names = append(names, "")
	for _, e := range entries {
		name, p := e.Name(), e.Name()
		if rel != "." {
			p = rel + "/" + name
		}
		at := names
		at[len(at)-1] = fold(name)
		kind := s.p.at(at)
		if s.more[p] {
			kind |= Runs
		}
		switch {
		case e.IsDir() && fold(name) == ".git":
			s.git(p)
		case kind != Free:
			s.add(p, kind)
			if e.IsDir() && kind&Secret == 0 { // a secret may lie deeper
				s.secrets(p, at, Runs)
			}
		case e.IsDir():
			s.dir(p, at)
		case e.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0:
			if info, err := s.root.Lstat(p); err == nil {
				s.found.Doors = append(s.found.Doors, Found{p, Free, info})
			}
		}
	}
}

// secrets finds those in a folder that is protected for another reason, with.
func (s *scan) secrets(rel string, names []string, with Kind) {
	for _, e := range s.entries(rel) {
		p, at := path.Join(rel, e.Name()), append(names[:len(names):len(names)], fold(e.Name()))
		if kind := s.p.at(at); kind&Secret != 0 {
			s.add(p, Secret|with)
		} else if e.IsDir() && !(with == Free && slices.Contains(gitOwn, e.Name())) {
			s.secrets(p, at, with)
		}
	}
}

// gitOwn are folders of a git directory in which git names things by itself or as
// its branches are named; modules and worktrees are looked at one by one.
var gitOwn = []string{"objects", "refs", "logs", "modules", "worktrees"}

// gitObeys is what git runs or obeys in one of its directories.
var gitObeys = []string{"config", "config.worktree", "commondir", "gitdir", "hooks", "info/attributes", "rebase-merge"}

func (s *scan) git(rel string) {
	if info, err := s.root.Lstat(rel); err == nil {
		s.found.Git = append(s.found.Git, Found{rel, Runs, info})
	}
	for _, name := range gitObeys {
		s.add(path.Join(rel, name), Runs)
	}
	s.secrets(rel, strings.Split(rel, "/"), Free)
	for _, inner := range []string{"modules", "worktrees"} {
		s.gits(path.Join(rel, inner), inner == "worktrees")
	}
}

// gits finds the git directories of submodules and of other work trees.
func (s *scan) gits(rel string, all bool) {
	for _, e := range s.entries(rel) {
		if p := path.Join(rel, e.Name()); !e.IsDir() {
			continue
		} else if all || isGit(s.entries(p)) {
			s.git(p)
		} else {
			s.gits(p, false)
		}
	}
}

func (s *scan) add(p string, kind Kind) {
	if info, err := s.root.Lstat(p); err == nil {
		s.found.Paths = append(s.found.Paths, Found{p, kind, info})
	}
}

// entries are what is in a folder; a link is none.
func (s *scan) entries(rel string) []fs.DirEntry {
	if s.force {
		if info, err := s.root.Lstat(rel); err == nil && info.IsDir() && info.Mode().Perm()&0o500 != 0o500 && s.root.Chmod(rel, 0o700) == nil {
			defer s.root.Chmod(rel, info.Mode()) //nolint:errcheck // it was so before
		}
	}
	return entries(s.root, rel)
}

func entries(root *os.Root, rel string) []fs.DirEntry {
	// Not through root, which looks at each entry: nothing but the owner can put a
	// link in the place of a folder while this looks.
	dir := filepath.Join(root.Name(), rel)
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	list, _ := d.ReadDir(-1)
	return list
}

// isGit says whether git takes a folder for one of its own, whatever its name is:
// the larger part of it may lie in another one.
func isGit(in []fs.DirEntry) bool {
	has := map[string]bool{}
	for _, e := range in {
		has[e.Name()] = true
	}
	return has["HEAD"] && (has["commondir"] || has["objects"] && has["refs"])
}

// Kind is that of a path of the workspace behind root, whose links are resolved:
// by its names, by what a repository around it says, and by being another name of
// a protected file.
func (p Protected) Kind(root *os.Root, rel string) Kind {
	kind := p.Of(rel)
	for dir := path.Dir(rel); ; dir = path.Dir(dir) {
		for _, named := range obeyed(root, dir) {
			if _, in := Below(rel, named); in {
				kind |= Runs
			}
		}
		if name := rel; dir != "." {
			name = rel[len(dir)+1:]
			for _, o := range gitObeys {
				if _, in := Below(name, o); in && isGit(entries(root, dir)) {
					kind |= Runs
				}
			}
		}
		if dir == "." {
			break
		}
	}
	if path.Base(rel) == "HEAD" {
		kind |= Runs // it makes a folder a repository
	}
	return kind | p.alias(root, rel)
}

// alias is the kind of the protected file that rel is another name of.
func (p Protected) alias(root *os.Root, rel string) Kind {
	info, err := root.Lstat(rel)
	if err != nil || !manyNames(info) {
		return Free
	}
	found := p.Scan(root, false)
	return found.Alias(root, info)
}

// Alias is the kind that a file with many names has by another one of them.
func (f *Findings) Alias(root *os.Root, info fs.FileInfo) Kind {
	if f.files == nil {
		f.files = f.Files(root)
	}
	kind := Free
	for _, x := range f.files {
		if os.SameFile(x.Info, info) {
			kind |= x.Kind
		}
	}
	return kind
}

// Files are all the files in Paths, those in folders too.
func (f *Findings) Files(root *os.Root) []Found {
	files := []Found{}
	for _, x := range f.Paths {
		if !x.Info.IsDir() {
			files = append(files, x)
			continue
		}
		_ = fs.WalkDir(root.FS(), x.Path, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // what can't be read has no other name here that can
			}
			if info, err := d.Info(); err == nil {
				files = append(files, Found{p, x.Kind, info})
			}
			return nil
		})
	}
	return files
}

// Secret says whether a file that was opened as p holds a secret.
func (f *Findings) Secret(root *os.Root, p string, info fs.FileInfo) bool {
	return f.has(p, Secret) || manyNames(info) && f.Alias(root, info)&Secret != 0
}

// has says whether a path was found, or lies in what was.
func (f *Findings) has(p string, kind Kind) bool {
	return slices.ContainsFunc(f.Paths, func(x Found) bool {
		_, in := Below(p, x.Path)
		return in && x.Kind&kind != 0
	})
}
