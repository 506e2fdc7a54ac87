package shellrisk

import (
	"slices"
	"strings"
)

// git reads git's arguments: what stands before the subcommand may change what it
// runs.
func (r *reading) git(words []word) {
	args := words[1:]
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		switch o := args[0].text; {
		case o == "-C" && len(args) > 1:
			if outside(args[1].text) {
				r.first(&r.w.Outside, "git -C "+args[1].text)
			}
			args = args[2:]
		case (o == "-c" || o == "--git-dir" || o == "--work-tree") && len(args) > 1:
			r.first(&r.w.Unclear, "git "+o)
			args = args[2:]
		default:
			if o != "--no-pager" && o != "-P" && o != "--no-optional-locks" && o != "--version" && o != "--help" {
				r.first(&r.w.Unclear, "git "+o)
			}
			args = args[1:]
		}
	}
	if len(args) == 0 {
		return
	}
	sub, part := args[0].text, "git "+args[0].text
	second := ""
	if len(args) > 1 {
		second = args[1].text
	}
	switch {
	case !args[0].whole, !gitKnown[sub]:
		r.first(&r.w.Unclear, part)
	case sub == "push" || sub == "send-email":
		r.push(args)
	case strings.HasPrefix(sub, "credential"):
		r.first(&r.w.Secret, part)
	case sub == "config" && !slices.ContainsFunc(args[1:], func(w word) bool { return gitAsks[w.text] }) && len(operands(args[1:])) != 1,
		sub == "remote" && second != "" && second != "-v" && second != "show" && second != "get-url",
		sub == "init", sub == "clone", sub == "submodule" && second != "status" && second != "foreach", sub == "worktree" && second == "add",
		sub == "branch" && slices.ContainsFunc(args, func(w word) bool {
			return strings.HasPrefix(w.text, "--set-upstream") || w.text == "-u" || w.text == "--unset-upstream" || w.text == "--edit-description"
		}):
		r.first(&r.w.Startup, part) // it changes what git obeys
	}
	if slices.Contains([]string{"clone", "fetch", "pull", "ls-remote", "submodule"}, sub) || sub == "remote" && (second == "update" || second == "show" || second == "prune") {
		r.first(&r.w.Network, part)
		r.w.Hosts = append(r.w.Hosts, urls(args)...)
	}
}

func operands(args []word) (out []word) {
	for _, a := range args {
		if !strings.HasPrefix(a.text, "-") {
			out = append(out, a)
		}
	}
	return out
}

// gitAsks are the options with which git config only tells.
var gitAsks = set("--get --get-all --get-regexp --list -l get list")

// gitKnown are the subcommands of git itself; another one may be an alias, which
// runs anything.
var gitKnown = set("status log diff show rev-parse ls-files blame annotate shortlog describe rev-list cat-file grep show-ref ls-tree name-rev merge-base diff-tree diff-index diff-files whatchanged count-objects var version help check-ignore check-attr for-each-ref cherry range-diff show-branch verify-commit verify-tag " +
	"add commit stash merge cherry-pick revert tag branch init mv notes apply am format-patch archive bundle reflog worktree sparse-checkout checkout switch restore rm reset clean rebase gc prune update-ref read-tree write-tree commit-tree hash-object update-index symbolic-ref pack-refs repack fsck stage remote config " +
	"clone fetch pull ls-remote submodule push send-email credential")

// push notes a push and where it goes.
func (r *reading) push(args []word) {
	remote := "default"
	for i := 1; i < len(args); i++ {
		a := args[i].text
		if to, ok := strings.CutPrefix(a, "--repo="); ok {
			remote = to
			break
		}
		if a == "-o" || a == "--push-option" || a == "--receive-pack" || a == "--exec" {
			i++
			continue
		}
		if !strings.HasPrefix(a, "-") {
			if remote = a; !args[i].whole {
				remote = "unknown"
			}
			break
		}
	}
	part := "git " + args[0].text
	if remote != "default" {
		part += " " + remote
	}
	r.first(&r.w.Network, part)
	r.first(&r.w.Publishes, part)
	r.w.Hosts = append(r.w.Hosts, urls(args)...)
	if r.w.Remote != "" && r.w.Remote != remote {
		remote = "several"
	}
	r.w.Remote = remote
}
