package tools

import (
	"slices"
	"strings"

	"deputy/agent/policy"
)

// What git's subcommands take. One that isn't here may be an alias or a program
// of its own, and is not understood.
var (
	gitLooks = set("status log diff show rev-parse ls-files blame annotate shortlog describe rev-list cat-file grep show-ref ls-tree name-rev merge-base diff-tree diff-index diff-files whatchanged count-objects var version help check-ignore check-attr for-each-ref cherry range-diff show-branch verify-commit verify-tag")
	gitHere  = set("add commit stash merge cherry-pick revert tag branch init mv notes apply am format-patch archive bundle reflog bisect worktree sparse-checkout checkout switch restore rm reset clean rebase gc prune update-ref read-tree write-tree commit-tree hash-object update-index symbolic-ref pack-refs repack fsck stage remote")
	gitLoses = set("checkout restore rm reset clean rebase gc prune update-ref read-tree apply am")
	gitNet   = set("clone fetch pull ls-remote submodule send-pack fetch-pack lfs svn p4 request-pull imap-send daemon http-fetch")
	// gitRuns are options that name a program to run, or a file to write.
	gitRuns = words("--ext-diff --textconv --output --exec --upload-pack --receive-pack --open-files-in-pager --paginate --config-env --exec-path --git-dir --work-tree --namespace --super-prefix --template --separate-git-dir --editor --gpg-sign --strategy --tool --extcmd --filters --show-signature --remote --reference --interactive --edit-description --hook")
)

// git judges git: what stands before the subcommand may change what it runs.
func (b *bench) git(c command) {
	args := c.args
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		switch {
		case args[0].text == "--no-pager" || args[0].text == "-P" || args[0].text == "--no-optional-locks" || args[0].text == "--version" || args[0].text == "--help":
			args = args[1:]
		case args[0].text == "-C" && len(args) > 1 && args[1].exact() && !outside(args[1].text):
			args = args[2:]
		default:
			b.unclear("git " + args[0].text)
			b.gitAnyway(args)
			return
		}
	}
	if len(args) == 0 {
		return
	}
	b.gitSub(command{name: "git", args: args})
}

// gitAnyway judges what is behind an option that isn't understood.
func (b *bench) gitAnyway(args []value) {
	for i, a := range args {
		if a.text == "push" || a.text == "credential" || gitLoses[a.text] {
			b.gitSub(command{name: "git", args: args[i:]})
		}
	}
}

func (b *bench) gitSub(c command) {
	sub, part := c.args[0], c.sub()
	if c.open() || c.shifting() && !gitShifts[sub.text] {
		b.unclear(part)
	}
	for _, a := range c.args[1:] {
		option, _, _ := strings.Cut(a.text, "=")
		switch {
		case a.text == "--":
		case strings.HasPrefix(a.text, "--"):
			for _, o := range gitRuns {
				if strings.HasPrefix(o, option) && len(option) > 4 || o == option {
					b.unclear(part + " " + option) // git takes any beginning of a name
				}
			}
		case strings.HasPrefix(a.text, "-O") && (sub.text == "grep" || sub.text == "diff"), sub.text == "rebase" && strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, "xi"), strings.HasPrefix(a.text, "-u") && sub.text == "clone":
			b.unclear(part + " " + option)
		case gitHere[sub.text] && outside(a.text):
			b.raise(policy.Commit, whyOutside, part+" "+a.text)
		}
	}
	switch name := sub.text; {
	case name == "push" || name == "send-email":
		b.push(c)
	case strings.HasPrefix(name, "credential"):
		b.raise(policy.Seal, whySecret, part)
	case gitNet[name], name == "remote" && len(c.args) > 1 && (c.args[1].text == "update" || c.args[1].text == "show" || c.args[1].text == "prune"):
		b.network(whyNetwork, part)
	case name == "remote" && len(c.args) > 1 && c.args[1].text != "-v":
		b.raise(policy.Commit, whyEnvironment, part) // where the next push goes
	case name == "bisect" && has(c.args, "run"):
		b.unclear(part)
	case name == "branch" && has(c.args, "-d", "-D", "-M", "-f", "--delete", "--force"), name == "tag" && has(c.args, "-d", "-f", "--delete", "--force"),
		name == "stash" && has(c.args, "drop", "clear", "pop"), name == "reflog" && has(c.args, "expire", "delete"), name == "commit" && has(c.args, "--amend"),
		name == "switch" && has(c.args, "-f", "-C", "--force", "--discard-changes", "--force-create"), name == "worktree" && has(c.args, "remove", "prune"), gitLoses[name]:
		b.deletes(part)
	case gitLooks[name], gitHere[name]:
	default:
		b.unclear(part)
	}
}

// gitShifts are subcommands for which a file named like an option does no harm
// that they don't do anyway.
var gitShifts = set("add")

// push judges git push, and names where it goes.
func (b *bench) push(c command) {
	remote := "default"
	for i := 1; i < len(c.args); i++ {
		a := c.args[i].text
		if to, ok := strings.CutPrefix(a, "--repo="); ok {
			remote = to
			break
		}
		if a == "-o" || a == "--push-option" || a == "--repo" || a == "--receive-pack" || a == "--exec" {
			if i++; a == "--repo" && i < len(c.args) {
				remote = c.args[i].text
				break
			}
			continue
		}
		if !strings.HasPrefix(a, "-") {
			remote = a
			break
		}
	}
	part := c.sub()
	if strings.ContainsAny(remote, unknown+someNumber) {
		remote = "unknown"
	} else if remote != "default" {
		part += " " + remote
	}
	b.network(whyPublish, part)
	if b.j.Remote != "" && b.j.Remote != remote {
		remote = "several"
	}
	b.j.Remote = remote
}

func has(args []value, any ...string) bool {
	for _, a := range args {
		if slices.Contains(any, a.text) {
			return true
		}
	}
	return false
}

// readsGit is the part of git that only looks. Its pager, its external diffs
// and its converters are a matter of the repository: they see the workspace
// read-only as git does.
func readsGit(args []argument) bool {
	if len(args) == 0 || args[0].glob {
		return false
	}
	options, ok := gitReads[args[0].text]
	if !ok {
		return false
	}
	paths := false
	for _, a := range args[1:] {
		name, _, valued := strings.Cut(a.text, "=")
		switch {
		case a.text == "--":
			paths = true
		case paths || !strings.HasPrefix(a.text, "-"):
			if a.glob || !(reader{}).inside(a) {
				return false
			}
		case a.glob:
			return false
		case strings.HasPrefix(a.text, "--"):
			if valued {
				name += "="
			}
			if !slices.Contains(options, name) {
				return false
			}
		default:
			if n := strings.TrimPrefix(a.text, "-"); strings.Trim(n, "0123456789") != "" && !slices.Contains(options, a.text) {
				return false
			}
		}
	}
	return true
}

// gitReads are the options of the subcommands that look.
var gitReads = map[string][]string{
	"status":    words("-s -b -sb --short --branch --porcelain --porcelain= --long --ignored"),
	"log":       words("--oneline -n --stat --graph --all --decorate --no-merges --merges --reverse -p --patch --name-only --name-status --author= --since= --until= --grep= --max-count= --format= --pretty= --date= --shortstat --no-color --follow"),
	"diff":      words("--stat --cached --staged --name-only --name-status --shortstat --no-color --word-diff -w -U0 -U1 -U5 --numstat --no-ext-diff --no-textconv"),
	"show":      words("--stat --name-only --name-status --no-color --format= --pretty= -s --oneline --no-patch"),
	"ls-files":  words("-m -o -d -s --others --modified --deleted --exclude-standard"),
	"rev-parse": words("--short --abbrev-ref --show-toplevel --verify HEAD"),
	"blame":     words("-L -w -e"),
	"shortlog":  words("-s -n -sn -e -sne"),
}
