package workspace

import (
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// obeys are the settings of git that name something that it runs or reads more
// settings from.
var obeys = regexp.MustCompile(`(?im)^\s*(?:\[[^\]\n]*\]\s*)?(hookspath|path|fsmonitor|pager|editor|sshcommand|askpass|helper|clean|smudge|process|textconv|command|cmd|driver|program|external|\S+\s*=\s*"?!)\s*=?\s*(.*)$`)

// remotes are the addresses of remotes in a configuration of git.
var remotes = regexp.MustCompile(`(?im)^\s*(?:push)?url\s*=\s*https?://(?:[^@/\s]*@)?([a-z0-9.-]+)`)

// Remotes are the hosts of the remotes of the repository that the workspace is.
func Remotes(root *os.Root) (hosts []string) {
	for _, m := range remotes.FindAllStringSubmatch(text(root, ".git/config"), -1) {
		hosts = append(hosts, m[1])
	}
	return hosts
}

// obeyed are the paths of the workspace that the repository in dir names in its
// configuration, and so runs or obeys by itself. Where hooks and more settings
// are looked for counts although nothing is there yet.
func obeyed(root *os.Root, dir string) (all []string) {
	configs := configs(root, dir)
	for i := 0; i < len(configs) && i < mostConfigs; i++ {
		for _, m := range obeys.FindAllStringSubmatch(text(root, configs[i]), -1) {
			place := strings.EqualFold(m[1], "hookspath") || strings.EqualFold(m[1], "path")
			for _, word := range strings.Fields(strings.Trim(m[2], `"`)) {
				word, bases := strings.Trim(word, `"'!;`), []string{dir, path.Dir(configs[i])}
				if rel, ok := inside(root, word); ok {
					word, bases = rel, []string{"."}
				}
				for _, base := range bases {
					p := path.Join(base, word)
					if word == "" || path.IsAbs(word) || p == dir || p == "." || strings.HasPrefix(p, "../") {
						continue
					}
					info, err := root.Lstat(p)
					if err != nil && !place {
						continue
					}
					all = append(all, p)
					if err == nil && strings.EqualFold(m[1], "path") && info.Mode().IsRegular() && !slices.Contains(configs, p) {
						configs = append(configs, p)
					}
				}
			}
		}
	}
	return all
}

// inside gives a path of this machine as one of the workspace, if it lies there.
func inside(root *os.Root, p string) (rel string, ok bool) {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			p = path.Join(home, rest)
		}
	}
	return strings.CutPrefix(path.Clean(p), root.Name()+"/")
}

// mostConfigs is how many files of settings, each read from another one, are followed.
const mostConfigs = 20

// configs are the configurations of the repository in dir, which may have its git
// directory elsewhere, as a submodule or another work tree has.
func configs(root *os.Root, dir string) []string {
	git := path.Join(dir, ".git")
	if elsewhere, ok := strings.CutPrefix(text(root, git), "gitdir:"); ok {
		git = path.Join(dir, strings.TrimSpace(elsewhere))
	}
	all := []string{path.Join(git, "config"), path.Join(git, "config.worktree")}
	if common := strings.TrimSpace(text(root, path.Join(git, "commondir"))); common != "" {
		all = append(all, path.Join(git, common, "config"))
	}
	return all
}

// text is what a file holds; "" if it can't be read. What is no file, such as a
// pipe, would keep its reader waiting.
func text(root *os.Root, p string) string {
	f, err := root.OpenFile(p, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return ""
	}
	return string(data)
}
