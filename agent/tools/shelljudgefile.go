package tools

import (
	"strconv"
	"strings"

	"deputy/agent/policy"
)

// fileSpecial gives who judges a program that changes files, or that runs others
// by one of its options; nil if nobody does.
func fileSpecial(name string) func(*bench, command) {
	switch name {
	case "rm", "rmdir", "unlink", "shred", "truncate", "patch", "csplit", "split", "uniq", "xxd", "unzip", "cpio", "srm", "wipe", "trash":
		return (*bench).removes
	case "cp", "mv", "ln", "install", "link", "rename":
		return (*bench).copies
	case "touch", "mkdir", "mkfifo", "mktemp", "tee", "gzip", "gunzip", "bzip2", "xz", "zstd":
		return (*bench).creates
	case "dd":
		return (*bench).dd
	case "chmod":
		return (*bench).chmod
	case "sort", "shuf", "tree":
		return (*bench).sorts
	case "tar", "bsdtar", "gtar":
		return (*bench).tar
	case "zip", "7z", "7za", "rar":
		return (*bench).zip
	case "rsync":
		return (*bench).rsync
	case "date":
		return (*bench).date
	case "less", "man", "apropos", "more", "bat", "batcat", "rg", "ag", "ack", "fd", "fdfind", "sdiff", "diff3", "delta", "pv":
		return (*bench).pages
	case "cmake":
		return (*bench).cmake
	case "sed", "gsed":
		return (*bench).sed
	case "awk", "gawk", "mawk", "nawk", "original-awk":
		return (*bench).awk
	case "make", "gmake", "bmake":
		return (*bench).make
	}
	if _, ok := managers[name]; ok {
		return (*bench).manage
	}
	return nil
}

// paths judges each argument as a path that may be written to.
func (b *bench) paths(c command) {
	if c.open() {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		text := a.text
		if strings.HasPrefix(text, "-") {
			_, text, _ = strings.Cut(text, "=")
		}
		if text != "" {
			b.writes(text, c.name+" "+a.text)
		}
	}
}

func (b *bench) removes(c command) {
	operands := 0
	for _, a := range c.args {
		if !strings.HasPrefix(a.text, "-") {
			operands++
		}
	}
	if (c.name != "uniq" || operands > 1) && !(c.name == "unzip" && has(c.args, "-l", "-t", "-v", "-Z")) {
		b.deletes(c.name)
	}
	b.paths(c)
	for _, a := range c.args {
		option, _, _ := strings.Cut(a.text, "=")
		if strings.HasPrefix(a.text, "--") && runsSomething(option, nil) || c.name == "cpio" {
			b.unclear(c.name + " " + option)
		}
	}
}

// copies judges what may overwrite a file. A copy or a link of a program under
// another name would be a program that nobody knows.
func (b *bench) copies(c command) {
	if !has(c.args, "-n", "--no-clobber") && c.name != "link" && (c.name != "ln" || has(c.args, "-f", "-sf", "-fs", "-sfn", "--force")) {
		b.deletes(c.name)
	}
	if c.shifting() || c.name == "rename" {
		b.unclear(c.name)
	}
	b.paths(c)
}

func (b *bench) creates(c command) {
	b.paths(c)
	if c.name == "tee" && !has(c.args, "-a", "--append") {
		for _, a := range c.args {
			if !fleeting(a.text) {
				b.deletes(c.name)
			}
		}
	}
}

func (b *bench) dd(c command) {
	if c.open() {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		if to, ok := strings.CutPrefix(a.text, "of="); ok {
			b.deletes("dd")
			b.writes(to, "dd "+a.text)
		}
	}
}

// chmod judges a mode: one that lends the owner's rights is no small matter.
func (b *bench) chmod(c command) {
	mode := ""
	for _, a := range c.args {
		switch {
		case strings.HasPrefix(a.text, "--reference"):
			b.unclear("chmod " + a.text)
		case mode == "" && !a.exact() || !a.fixed():
			b.unclear("chmod")
		case strings.HasPrefix(a.text, "--"), strings.Trim(a.text, "-Rvcf") == "" && strings.HasPrefix(a.text, "-"):
		case mode == "":
			mode = a.text
		}
		if lends(a.text) {
			b.raise(policy.Seal, whySystem, "chmod "+a.text)
		}
	}
	b.paths(c)
}

// lends says that a mode sets the user's or the group's id.
func lends(mode string) bool {
	if n, err := strconv.ParseUint(strings.TrimLeft(mode, "+-="), 8, 32); err == nil {
		return n&0o6000 != 0
	}
	for _, clause := range strings.Split(mode, ",") {
		if i := strings.IndexAny(clause, "+="); i >= 0 && strings.Trim(clause[:i], "ugoa") == "" && strings.Contains(clause[i:], "s") && strings.Trim(clause[i:], "+-=rwxXstugo") == "" {
			return true
		}
	}
	return false
}

func (b *bench) sorts(c command) {
	if c.shifting() || c.open() {
		b.unclear(c.name)
	}
	for i, a := range c.args {
		switch {
		case strings.HasPrefix(a.text, "--c") && strings.HasPrefix("--compress-program", strings.SplitN(a.text, "=", 2)[0]):
			b.unclear(c.name + " --compress-program")
		case strings.HasPrefix(a.text, "--o"), strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.Contains(a.text, "o"):
			b.deletes(c.name + " -o")
			b.paths(command{name: c.name, args: c.args[i:min(i+2, len(c.args))]})
			b.writes(strings.TrimPrefix(a.text, "-o"), c.name+" "+a.text)
		}
	}
}

// tarLong are the long options of tar that are understood.
var tarLong = set("--create --extract --list --append --update --get --file --gzip --gunzip --bzip2 --xz --zstd --verbose --directory --strip-components --exclude --keep-old-files --preserve-permissions --same-permissions --wildcards --no-recursion --sort --mtime --owner --group --numeric-owner --auto-compress --exclude-vcs --version --help")

func (b *bench) tar(c command) {
	b.paths(c)
	if c.shifting() {
		b.unclear(c.name) // a file may be named --to-command=...
	}
	for i, a := range c.args {
		option, value, _ := strings.Cut(a.text, "=")
		switch {
		case strings.HasPrefix(a.text, "--"):
			if a.text != "--" && !tarLong[option] {
				b.unclear(c.name + " " + option)
			}
			if option == "--file" && strings.Contains(value, ":") {
				b.network(whyNetwork, c.name)
			}
		case i == 0 || strings.HasPrefix(a.text, "-"):
			if strings.Trim(a.text, "-xctrujzJvfkpmhSaC0123456789") != "" {
				b.unclear(c.name + " " + a.text)
			}
			if i+1 < len(c.args) && strings.HasSuffix(a.text, "f") && strings.Contains(c.args[i+1].text, ":") {
				b.network(whyNetwork, c.name)
			}
		}
	}
	if len(c.args) > 0 && !has(c.args, "--list") && !strings.HasPrefix(strings.TrimLeft(c.args[0].text, "-"), "t") {
		b.deletes(c.name)
	}
}

func (b *bench) zip(c command) {
	b.paths(c)
	b.deletes(c.name)
	if c.shifting() {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		if strings.HasPrefix(a.text, "-T") || strings.HasPrefix(a.text, "--un") || strings.HasPrefix(a.text, "--te") || strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.Contains(a.text, "T") {
			b.unclear(c.name + " " + a.text)
		}
	}
}

func (b *bench) rsync(c command) {
	b.paths(c)
	b.deletes(c.name)
	if c.shifting() {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		switch {
		case strings.HasPrefix(a.text, "--rsh"), strings.HasPrefix(a.text, "--rsync-path"), strings.HasPrefix(a.text, "--config"), strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.ContainsAny(a.text, "eM"):
			b.unclear(c.name + " " + a.text)
		case !strings.HasPrefix(a.text, "-") && strings.Contains(a.text, ":"):
			b.network(whyNetwork, c.name)
		}
	}
}

func (b *bench) date(c command) {
	for i, a := range c.args {
		switch {
		case strings.HasPrefix(a.text, "-s"), strings.HasPrefix(a.text, "--s"), a.glob, a.bare,
			!strings.HasPrefix(a.text, "+") && !strings.HasPrefix(a.text, "-") && (i == 0 || c.args[i-1].text != "-d" && c.args[i-1].text != "-r"):
			b.raise(policy.Commit, whySystem, "date "+a.text)
		}
	}
}

// pages judges programs that only show or find, but by some of their options
// run others.
func (b *bench) pages(c command) {
	if c.open() || c.shifting() && c.name != "less" && c.name != "more" {
		b.unclear(c.name)
	}
	for _, a := range c.args {
		option, _, _ := strings.Cut(a.text, "=")
		switch {
		case strings.HasPrefix(a.text, "+"), c.name == "man" && strings.HasPrefix(a.text, "-"), c.name == "less" && strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, "oOkKtTP"),
			strings.HasPrefix(a.text, "--") && (runsSomething(option, nil) || strings.HasPrefix(option, "--pre") || option == "--hostname-bin" || strings.HasPrefix(option, "--log")),
			(c.name == "fd" || c.name == "fdfind") && strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.ContainsAny(a.text, "xX"):
			b.unclear(c.name + " " + option)
			b.beyond(c)
		}
	}
}

func (b *bench) cmake(c command) {
	if c.open() || has(c.args, "-E", "-P", "-C", "--install", "--open") {
		b.unclear(c.sub())
		b.beyond(c)
	}
}
