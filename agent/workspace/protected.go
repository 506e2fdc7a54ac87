// Package workspace knows the files that Deputy works on: which of them are
// protected, since something runs or obeys them by itself or since they hold
// secrets. It keeps what is changed, to take
// it back. It must not know which tool wants a file, who is asked, nor how a
// command is shut in.
package workspace

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// A Kind says whether a path is protected, and why: both may hold.
type Kind uint8

const (
	Runs   Kind = 1 << iota // programs run or obey it by themselves, outside of any sandbox
	Secret                  // it holds what only its owner should know
	Free   Kind = 0
)

// Protected is a list of protected paths. The zero value protects nothing. A list
// is not changed once it is made.
type Protected struct {
	named   map[string][]pattern // by their last name, where it is written out
	starred []pattern            // the others
}

type pattern struct {
	kind  Kind
	open  bool // "!": not protected after all
	parts []string
}

//go:embed protected.txt
var protectedList string

// NewProtected gives the list that every workspace has, with what the owner adds
// to either kind.
func NewProtected(runs, secrets []string) (Protected, error) {
	var p Protected
	kind := Free
	for line := range strings.Lines(protectedList) {
		switch line = strings.TrimSpace(line); {
		case line == "runs" && kind == Free:
			kind = Runs
		case line == "secrets" && kind == Runs:
			kind = Secret
		case line != "" && !strings.HasPrefix(line, "#"):
			if err := p.add(kind, line); err != nil {
				return Protected{}, err
			}
		}
	}
	for kind, more := range map[Kind][]string{Runs: runs, Secret: secrets} {
		for _, line := range more {
			if err := p.add(kind, line); err != nil {
				return Protected{}, err
			}
		}
	}
	return p, nil
}

func (p *Protected) add(kind Kind, line string) error {
	name, open := strings.CutPrefix(line, "!")
	name = strings.Trim(name, "/")
	if _, err := path.Match(name, ""); err != nil || name == "" || name == "." || strings.HasPrefix(name, "..") {
		return fmt.Errorf("%q is no pattern of protected paths: write a name such as *.pem, or folders and a name", line)
	}
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	x, last := pattern{kind, open, parts}, parts[len(parts)-1]
	if strings.ContainsAny(last, `*?[\`) {
		p.starred = append(p.starred, x)
		return nil
	}
	if p.named == nil {
		p.named = map[string][]pattern{}
	}
	p.named[last] = append(p.named[last], x)
	return nil
}

// Of is the kind of a path by its names alone: relative to the workspace, with
// slashes. Case, Unicode form, width and what can't be seen make no difference.
func (p Protected) Of(rel string) Kind {
	parts := strings.Split(path.Clean(rel), "/")
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	kind := Free
	for i := range parts {
		kind |= p.at(parts[:i+1])
	}
	return kind
}

// at is the kind that the last names of a path have.
func (p Protected) at(names []string) Kind {
	kind, open := Free, false
	for _, list := range [][]pattern{p.named[names[len(names)-1]], p.starred} {
		for _, x := range list {
			if x.matches(names) {
				kind |= x.kind
				open = open || x.open
			}
		}
	}
	if open {
		return Free
	}
	return kind
}

// matches compares the last of the names with the pattern.
func (x pattern) matches(names []string) bool {
	if len(x.parts) > len(names) {
		return false
	}
	names = names[len(names)-len(x.parts):]
	for i := len(names) - 1; i >= 0; i-- {
		if !matches(x.parts[i], names[i]) {
			return false
		}
	}
	return true
}

// matches is path.Match, quick for what most patterns are: a name with a star at
// its beginning or end.
func matches(pattern, name string) bool {
	star := strings.IndexByte(pattern, '*')
	switch {
	case strings.ContainsAny(pattern, `?[\`), star >= 0 && strings.Count(pattern, "*") > 1:
		ok, _ := path.Match(pattern, name)
		return ok
	case star < 0:
		return pattern == name
	}
	return len(name) >= len(pattern)-1 && strings.HasPrefix(name, pattern[:star]) && strings.HasSuffix(name, pattern[star+1:])
}

// fold makes names alike that some file system or program takes for the same.
func fold(name string) string {
	if plain(name) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, textnorm.Fold(norm.NFKC.String(name)))
	if trimmed := strings.TrimRight(name, " ."); trimmed != "" {
		return trimmed
	}
	return name
}

// plain says that a name is folded already, as most are.
func plain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return name != "" && name[len(name)-1] != '.'
}
