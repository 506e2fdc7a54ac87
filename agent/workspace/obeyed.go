package workspace

import (
	"io"
	"os"
	"path"
	"regexp"
	"strings"
)

// obeys are the settings of git that name something that it runs or reads more
// settings from.
var obeys = regexp.MustCompile(`(?im)^\s*(?:hookspath|path|fsmonitor|pager|editor|sshcommand|askpass|helper|clean|smudge|process|textconv|command|cmd|driver|program|external|\S+\s*=\s*"?!)\s*=?\s*(.*)$`)

// remotes are the addresses of remotes in a configuration of git.
var remotes = regexp.MustCompile(`(?im)^\s*(?:push)?url\s*=\s*https?://(?:[^@/\s]*@)?([a-z0-9.-]+)`)

// Remotes are the hosts of the remotes of the repository that the workspace is.
func Remotes(root *os.Root) (hosts []string) {
	text, err := root.ReadFile(".git/config")
	if err != nil {
		return nil
	}
	for _, m := range remotes.FindAllStringSubmatch(string(text), -1) {
		hosts = append(hosts, m[1])
	}
	return hosts
}

// obeyed are the paths of the workspace that the repository in dir names in its
// configuration, and so runs or obeys by itself.
func obeyed(root *os.Root, dir string) (all []string) {
	f, err := root.Open(path.Join(dir, ".git", "config"))
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil
	}
	for _, m := range obeys.FindAllStringSubmatch(string(text), -1) {
		for _, word := range strings.Fields(strings.Trim(m[1], `"`)) {
			word = strings.Trim(word, `"'!;`)
			for _, base := range []string{dir, path.Join(dir, ".git")} {
				p := path.Join(base, word)
				if word == "" || path.IsAbs(word) || p == dir || p == "." || strings.HasPrefix(p, "../") {
					continue
				}
				if _, err := root.Lstat(p); err == nil {
					all = append(all, p)
				}
			}
		}
	}
	return all
}
