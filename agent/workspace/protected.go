// Package workspace knows the files that Deputy works on: which of them are
// protected, since something runs or obeys them by itself or since they hold
// secrets. It must not know which tool wants a file, what a level is, who is
// asked, nor how a command is shut in.
package workspace

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
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
	patterns []pattern
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
	p.patterns = append(p.patterns, pattern{kind, open, parts})
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
	kind := Free
	for _, x := range p.patterns {
		if len(x.parts) > len(names) || !x.matches(names[len(names)-len(x.parts):]) {
			continue
		}
		if x.open {
			return Free
		}
		kind |= x.kind
	}
	return kind
}

func (x pattern) matches(names []string) bool {
	for i, part := range x.parts {
		if ok, _ := path.Match(part, names[i]); !ok {
			return false
		}
	}
	return true
}

// fold makes names alike that some file system or program takes for the same.
func fold(name string) string {
	name = cases.Fold().String(norm.NFKC.String(name))
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r == 0x00ad, r < ' ':
			return -1
		}
		return r
	}, name)
	if trimmed := strings.TrimRight(name, " ."); trimmed != "" {
		return trimmed
	}
	return name
}
