package tools

import (
	"strings"

	"deputy/agent/policy"
)

// builtins are those that builtin may name.
var builtins = set(". : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait")

func isBuiltin(name string) bool { return builtins[name] }

// specialFor gives who judges a program that needs more than a list; nil if
// nobody does. It is a function since those that judge look for others.
func specialFor(name string) func(*bench, command) {
	switch name {
	case "sh", "bash", "dash", "ash", "rbash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "pwsh":
		return (*bench).shell
	case "eval":
		return (*bench).eval
	case "trap":
		return (*bench).trap
	case ".", "source", "alias", "unalias", "shopt", "enable", "hash", "bind", "complete", "compgen", "compopt", "history", "fc", "suspend", "logout":
		return func(b *bench, c command) {
			b.raise(policy.Commit, whyEnvironment, c.name)
			b.beyond(c)
		}
	case "set":
		return (*bench).set
	case "jobs":
		return func(b *bench, c command) {
			if len(c.args) > 0 && (!c.args[0].exact() || strings.Contains(c.args[0].text, "x")) { // -x runs a command
				b.unclear("jobs")
				b.beyond(c)
			}
		}
	case "cd", "pushd":
		return (*bench).changeDir
	case "export", "readonly", "declare", "local", "typeset", "let":
		return func(b *bench, c command) { b.raise(policy.Commit, whyEnvironment, c.name) }
	case "read", "mapfile", "readarray", "getopts", "unset", "printf", "test", "[", "wait":
		return (*bench).names
	case "command":
		return (*bench).commandBuiltin
	case "script", "parallel", "sem", "su", "ssh", "expect", "screen", "tmux", "gdb", "lldb", "at", "batch":
		return (*bench).runsText
	case "find":
		return (*bench).find
	case "git":
		return (*bench).git
	}
	return fileSpecial(name)
}

// eval judges what eval puts together, in this shell.
func (b *bench) eval(c command) { b.own(c.args, "eval") }

func (b *bench) own(words []value, part string) {
	texts := make([]string, 0, len(words))
	for _, w := range words {
		if w.open() || strings.Contains(w.text, someNumber) || w.glob || w.bare {
			b.unclear(part)
			return
		}
		texts = append(texts, w.text)
	}
	if len(texts) > 0 {
		b.script(strings.Join(texts, " "), part, true)
	}
}

func (b *bench) trap(c command) {
	for i, a := range c.args {
		switch a.text {
		case "--", "-l", "-p":
		case "-", "":
			return
		default:
			b.own(c.args[i:i+1], "trap")
			return
		}
	}
}

// set understands only the options that make a script stricter, and a new list
// of arguments.
func (b *bench) set(c command) {
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		switch letters := strings.TrimPrefix(a.text, "-"); {
		case a.text == "--":
			return
		case !a.fixed():
			b.unclear("set")
		case strings.HasPrefix(a.text, "-") && strings.Trim(letters, "eufx") == "" && letters != "":
		case strings.HasPrefix(a.text, "-") && strings.HasSuffix(letters, "o") && strings.Trim(letters, "eufxo") == "" && i+1 < len(c.args) && plainShellOptions[c.args[i+1].text]:
			i++
		default:
			b.raise(policy.Commit, whyEnvironment, "set")
		}
	}
}

// changeDir: where the folder isn't one of the workspace, no path after it is
// what it looks like.
func (b *bench) changeDir(c command) {
	if len(c.args) != 1 || !c.args[0].exact() || !c.args[0].fixed() || strings.HasPrefix(c.args[0].text, "-") || strings.HasPrefix(c.args[0].text, "+") {
		b.unclear(c.name)
		return
	}
	if outside(c.args[0].text) {
		b.raise(policy.Commit, whyOutside, c.name+" "+c.args[0].text)
	}
}

// names judges the builtins that take names of variables: a subscript in one is
// carried out, and so is what some options name.
func (b *bench) names(c command) {
	switch c.name {
	case "test", "[":
		b.testNames(c)
		return
	case "printf":
		b.printfNames(c)
		return
	}
	for _, a := range c.args {
		if (c.name == "mapfile" || c.name == "readarray") && strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, "Cc") {
			b.unclear(c.name + " -C")
			b.beyond(c)
		}
		if a.open() || strings.ContainsAny(a.text, "[$`") {
			b.unclear(c.name)
		}
		if decides(a.text) || len(a.text) > 2 && a.text[0] == '-' && decides(a.text[2:]) {
			b.raise(policy.Commit, whyEnvironment, a.text)
		}
	}
}

// testNames judges test, whose -v and -R take a name.
func (b *bench) testNames(c command) {
	for i, a := range c.args {
		if a.bare {
			b.unclear(c.name)
		}
		if i+1 == len(c.args) {
			return
		}
		next := c.args[i+1]
		switch {
		case a.text == "-v" || a.text == "-R":
			b.name(c, next.text)
		case strings.HasPrefix(a.text, unknown) && (next.open() || strings.Contains(next.text, "[")):
			b.unclear(c.name)
		}
	}
}

// printfNames judges printf, which writes to a variable with -v and with %n.
func (b *bench) printfNames(c command) {
	for i, a := range c.args {
		if strings.Contains(a.text, "%n") {
			b.unclear(c.name)
		}
		switch name, ok := strings.CutPrefix(a.text, "-v"); {
		case i > 0:
		case !a.fixed():
			b.unclear(c.name)
		case ok && name != "":
			b.name(c, name)
		case ok && len(c.args) > 1:
			b.name(c, c.args[1].text)
		}
	}
}

// name judges what an option takes as the name of a variable.
func (b *bench) name(c command, name string) {
	switch {
	case decides(name):
		b.raise(policy.Commit, whyEnvironment, name)
	case strings.Trim(name, nameLetters) != "":
		b.unclear(c.name + " " + name)
	}
}

// commandBuiltin is the shell's command, which with -v or -V only tells.
func (b *bench) commandBuiltin(c command) {
	if len(c.args) > 0 && (c.args[0].text == "-v" || c.args[0].text == "-V") {
		return
	}
	b.wrapper(wrappers["command"], c)
}

// runsText judges programs that give text to a shell in ways of their own: never
// less than Commit, more if the text takes more.
func (b *bench) runsText(c command) {
	switch c.name {
	case "su":
		b.raise(policy.Seal, whyRoot, c.name)
	case "ssh":
		b.network(whyNetwork, c.name)
	default:
		b.unclear(c.name)
	}
	b.beyond(c)
	if i := firstOperand(c.args); c.name == "ssh" && i >= 0 && i+1 < len(c.args) {
		b.shellText(c.args[i+1:], c.name)
	}
	for i := range c.args {
		if c.name == "parallel" || c.name == "sem" {
			b.shellText(c.args[i:], c.name)
		}
	}
	if c.in != nil && c.in.known {
		b.script(c.in.text, c.name, false)
	}
}

func firstOperand(args []value) int {
	for i, a := range args {
		if !strings.HasPrefix(a.text, "-") {
			return i
		}
	}
	return -1
}

// deciding are the variables that decide what programs do, by their beginnings,
// their ends and whole.
var (
	deciding     = set("PATH ENV IFS HOME SHELL PAGER EDITOR VISUAL BROWSER CDPATH GLOBIGNORE SHELLOPTS BASHOPTS PS0 PS1 PS2 PS4 FPATH MAILPATH TMOUT FCEDIT HISTFILE INPUTRC LESS MORE CC CXX LD AR AS CPP MAKE TERMINFO TERMCAP LOCPATH NLSPATH DISPLAY OPENSSL_CONF KUBECONFIG EXINIT VIMINIT ZDOTDIR POSIXLY_CORRECT http_proxy https_proxy ftp_proxy all_proxy no_proxy")
	decidingHead = words("LD_ BASH_ GIT_ PYTHON NODE_ PERL RUBY JAVA_ _JAVA JDK_ LUA_ PHP GEM_ BUNDLE_ LESS SSH_ SUDO_ MAKE DYLD_ GCONV GLIBC_ MALLOC_ CARGO_ RUST CGO_ GO111 GOFLAGS GOPROXY GOROOT GOTOOL npm_ NPM_ PIP_ UV_ DOCKER_ AWS_ GOOGLE_ AZURE_ XDG_ DBUS_ TAR_ ZIP RSYNC_ GREP_ GPG ELECTRON_ QT_ GTK_ COMP_")
	decidingTail = words("PATH _OPTIONS OPTS OPT FLAGS _COMMAND PAGER EDITOR SHELL PRELOAD _CONFIG _PROXY ASKPASS BROWSER _HOME HOOK _RSH _CMD _INIT STARTUP")
)

// decides says that a variable decides what programs do.
func decides(name string) bool {
	if deciding[name] {
		return true
	}
	for _, h := range decidingHead {
		if strings.HasPrefix(name, h) && name != "NODE_ENV" {
			return true
		}
	}
	for _, t := range decidingTail {
		if strings.HasSuffix(name, t) {
			return true
		}
	}
	return false
}
