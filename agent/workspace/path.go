package workspace

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// SandboxDir is where run_command sees the workspace, so a model may name it.
const SandboxDir = "/workspace"

// errOutside refuses a path that leaves the workspace.
var errOutside = errors.New("it is outside the workspace, and Deputy reads and writes files only inside it")

// cleanPath makes what a model wrote into a path relative to the workspace dir:
// slashes, NFC, no dots. It looks at no disk; that no link leads outside is
// os.Root's work.
func cleanPath(dir, p string) (string, error) {
	if err := checkPath(p); err != nil {
		return "", err
	}
	p = norm.NFC.String(strings.TrimSpace(p))
	p = strings.TrimPrefix(p, "file://")
	if filepath.IsAbs(p) {
		p = path.Clean(p)
		rel, ok := Below(p, norm.NFC.String(filepath.ToSlash(dir)))
		if !ok {
			rel, ok = Below(p, SandboxDir)
		}
		if !ok {
			return "", fmt.Errorf("%q can't be used: %w", p, errOutside)
		}
		p = rel
	}
	p = path.Clean(p)
	if p == ".." || strings.HasPrefix(p, "../") || p == "~" || strings.HasPrefix(p, "~/") {
		return "", fmt.Errorf("%q can't be used: %w", p, errOutside)
	}
	if strings.TrimSpace(p) != p {
		return "", fmt.Errorf("%q begins or ends with a space", p)
	}
	for part := range strings.SplitSeq(p, "/") {
		if len(part) > 240 { // 255 is the file system's limit; a temporary name needs room
			return "", fmt.Errorf("the name %q is too long: at most 240 bytes", textnorm.Brief(part, 20))
		}
	}
	return p, nil
}

// checkPath refuses what is no path at all.
func checkPath(p string) error {
	switch {
	case strings.TrimSpace(p) == "":
		return errors.New("the path is missing")
	case len(p) > 4000:
		return errors.New("the path is too long")
	case !utf8.ValidString(p):
		return errors.New("the path is not valid UTF-8")
	case strings.Contains(p, `\`):
		return fmt.Errorf("%q: write / between folders, not \\", p)
	case len(p) > 1 && p[1] == ':' && (p[0]|0x20 >= 'a' && p[0]|0x20 <= 'z'):
		return fmt.Errorf("%q can't be used: %w", p, errOutside)
	}
	for _, r := range p {
		if unicode.IsControl(r) || textnorm.Hidden(r) || r == utf8.RuneError {
			return fmt.Errorf("the path %q holds a character that no name may hold (%U)", p, r)
		}
	}
	return nil
}

func Below(p, dir string) (string, bool) {
	if p == dir {
		return ".", true
	}
	return strings.CutPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// NewName refuses names for new files that other systems can't hold, so that a
// workspace can be copied and synchronised.
func NewName(p string) error {
	for part := range strings.SplitSeq(p, "/") {
		base, _, _ := strings.Cut(strings.ToLower(part), ".")
		switch {
		case strings.ContainsAny(part, `<>:"|?*`):
			return fmt.Errorf(`%q can't be a new file's name: leave out < > : " | ? *`, part)
		case strings.HasSuffix(part, " ") || strings.HasPrefix(part, " ") || strings.HasSuffix(part, "."):
			return fmt.Errorf("%q can't be a new file's name: it begins or ends with a space or a dot", part)
		case strings.HasPrefix(part, TempPrefix):
			return fmt.Errorf("%q can't be a new file's name: Deputy keeps it for itself", part)
		case base == "con" || base == "prn" || base == "aux" || base == "nul",
			len(base) == 4 && (strings.HasPrefix(base, "com") || strings.HasPrefix(base, "lpt")) && base[3] >= '0' && base[3] <= '9':
			return fmt.Errorf("%q can't be a new file's name: Windows keeps it for a device", part)
		}
	}
	return nil
}
