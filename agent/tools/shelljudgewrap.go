package tools

import (
	"path"
	"slices"
	"strings"

	"deputy/agent/policy"
)

// A wrapper is a program that runs another one, named in its arguments.
type wrapper struct {
	flags   string   // letters without a value
	valued  string   // letters with one
	long    []string // long options, with "=" at the end when a value follows
	skip    int      // operands before the command
	assigns bool     // NAME=value may stand before the command
	number  bool     // "-5"
	level   policy.Level
	why     why
}

var wrappers = map[string]wrapper{
	"env":              {flags: "i0v", valued: "u", long: words("--ignore-environment --null --debug --unset="), assigns: true},
	"sudo":             {flags: "nEHSbkPA", valued: "ugpChTrt", long: words("--non-interactive --user= --group= --preserve-env --set-home --login"), assigns: true, level: policy.Seal, why: whyRoot},
	"doas":             {flags: "nL", valued: "uC", level: policy.Seal, why: whyRoot},
	"pkexec":           {long: words("--user= --disable-internal-agent"), level: policy.Seal, why: whyRoot},
	"nohup":            {},
	"setsid":           {flags: "cfw", long: words("--ctty --fork --wait")},
	"timeout":          {flags: "fpv", valued: "ks", long: words("--foreground --preserve-status --verbose --kill-after= --signal="), skip: 1},
	"nice":             {valued: "n", long: words("--adjustment="), number: true},
	"ionice":           {flags: "t", valued: "cn", long: words("--class= --classdata= --ignore")},
	"chrt":             {flags: "bfior", skip: 1},
	"taskset":          {flags: "c", skip: 1},
	"stdbuf":           {valued: "ioe", long: words("--input= --output= --error=")},
	"time":             {flags: "pv", valued: "f", long: words("--portability --verbose --format=")},
	"exec":             {flags: "cl"},
	"command":          {flags: "p"},
	"builtin":          {},
	"busybox":          {},
	"toybox":           {},
	"unbuffer":         {},
	"fakeroot":         {},
	"dbus-run-session": {},
	"linux32":          {},
	"setarch":          {flags: "R", skip: 1},
	"flock":            {flags: "sxunoFe", valued: "wE", long: words("--shared --exclusive --nonblock --close --wait= --timeout="), skip: 1},
	"strace":           {flags: "fqvtTxyCcrihdVw", valued: "eapsIbuPSO"},
	"ltrace":           {flags: "fSCcrtTi", valued: "eansu"},
	"watch":            {flags: "bcdegtxw", valued: "n", long: words("--interval= --differences --no-title --exec --errexit --chgexit --color")},
	"entr":             {flags: "cdnprz"},
	"chroot":           {long: words("--userspec= --groups= --skip-chdir"), skip: 1, level: policy.Commit, why: whySystem},
	"unshare":          {flags: "mUuinprfCT", long: words("--fork --map-root-user --mount --net --pid --user --mount-proc"), level: policy.Commit, why: whySystem},
	"nsenter":          {flags: "amuinpCUT", valued: "tSG", level: policy.Commit, why: whySystem},
	"runuser":          {valued: "u", level: policy.Seal, why: whyRoot},
	"setpriv":          {level: policy.Commit, why: whySystem},
	"capsh":            {level: policy.Commit, why: whySystem},
	"firejail":         {level: policy.Commit, why: whySystem},
	"bwrap":            {level: policy.Commit, why: whySystem},
	"xargs":            {flags: "0rtxo", valued: "ndIsPLE", long: words("--null --no-run-if-empty --verbose --max-args= --max-procs= --max-lines= --delimiter= --replace= --max-chars=")},
}

// wrapper looks through a wrapper at what it runs. An option that isn't
// understood, or a word that may be one, makes it unclear what that is.
func (b *bench) wrapper(w wrapper, c command) {
	b.raise(w.level, w.why, c.name)
	rest, ok := w.command(c.args)
	if !ok {
		b.unclear(c.name)
		b.beyond(c)
		return
	}
	if w.assigns {
		for len(rest) > 0 && strings.Contains(rest[0].text, "=") {
			name, _, _ := strings.Cut(rest[0].text, "=")
			if decides(name) || !rest[0].fixed() {
				b.raise(policy.Commit, whyEnvironment, name)
			}
			rest = rest[1:]
		}
	}
	switch {
	case len(rest) == 0:
	case c.name == "flock" && (rest[0].text == "-c" || rest[0].text == "--command"):
		b.shellText(rest[1:], c.name)
	case c.name == "builtin" && !isBuiltin(rest[0].text):
		b.unclear("builtin " + rest[0].text)
		b.run(rest, c.in)
	case c.name == "watch" && !has(c.args, "-x", "--exec"):
		b.shellText(rest, c.name)
	case c.name == "xargs":
		b.xargs(c.args, rest)
	default:
		b.run(rest, c.in)
	}
}

// beyond judges, where a wrapper isn't understood, every word that may be the
// command: what it hides takes no less for it.
func (b *bench) beyond(c command) {
	for i, a := range c.args {
		if a.exact() && known(a.text) && !quiet[a.text] {
			b.run(c.args[i:], nil)
		}
	}
	for _, a := range c.args {
		text := a.text
		if name, after, ok := strings.Cut(text, "="); ok && !strings.Contains(name, " ") {
			text = after
		}
		if strings.ContainsAny(text, " \n;&|(<>`") && !a.open() {
			b.script(text, c.name, false)
		}
	}
}

// command gives the words from the command on.
func (w wrapper) command(args []value) ([]value, bool) {
	i := 0
options:
	for ; i < len(args); i++ {
		a := args[i]
		switch {
		case !a.fixed() || !a.exact():
			return nil, false
		case a.text == "--":
			i++
			break options
		case a.text == "-" && w.assigns:
		case strings.HasPrefix(a.text, "--"):
			skip, ok := w.longOption(a.text)
			if !ok {
				return nil, false
			}
			i += skip
		case len(a.text) > 1 && a.text[0] == '-':
			skip, ok := reader{flags: w.flags, valued: w.valued, number: w.number}.short(a.text[1:])
			if !ok {
				return nil, false
			}
			i += skip
		default:
			break options
		}
	}
	for range w.skip {
		if i < len(args) && (!args[i].fixed() || strings.HasPrefix(args[i].text, "-")) {
			return nil, false
		}
		i++
	}
	if i > len(args) {
		return nil, len(args) == 0
	}
	return args[i:], true
}

func (w wrapper) longOption(text string) (skip int, ok bool) {
	name, _, valued := strings.Cut(text, "=")
	switch {
	case slices.Contains(w.long, name) && !valued:
		return 0, true
	case slices.Contains(w.long, name+"=") && valued:
		return 0, true
	case slices.Contains(w.long, name+"="):
		return 1, true
	}
	return 0, false
}

// xargs runs a command with what it reads, which isn't known.
func (b *bench) xargs(args, rest []value) {
	words := slices.Clone(rest)
	placed := false
	for i, a := range args[:len(args)-len(rest)] {
		mark := ""
		switch {
		case a.text == "-I" && i+1 < len(args):
			mark = args[i+1].text
		case strings.HasPrefix(a.text, "-I"):
			mark = a.text[2:]
		case strings.HasPrefix(a.text, "--replace="):
			mark = strings.TrimPrefix(a.text, "--replace=")
		}
		if mark == "" {
			continue
		}
		placed = true
		for j := range words {
			words[j].text = strings.ReplaceAll(words[j].text, mark, unknown)
		}
	}
	if !placed {
		words = append(words, value{text: unknown, bare: true})
	}
	b.run(words, nil)
}

// shellText judges words that a program joins and gives to a shell.
func (b *bench) shellText(words []value, part string) {
	texts := make([]string, 0, len(words))
	for _, w := range words {
		if w.open() || strings.Contains(w.text, someNumber) {
			b.unclear(part)
			return
		}
		texts = append(texts, w.text)
	}
	b.script(strings.Join(texts, " "), part, false)
}

// shell judges sh, bash and the like. What they read from elsewhere than the
// command isn't known; a script of the workspace is a program as any other.
func (b *bench) shell(c command) {
	if c.name != "sh" && c.name != "bash" && c.name != "dash" && c.name != "ash" && c.name != "rbash" {
		b.unclear(c.name) // its language is another one
	}
	text := false
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		switch {
		case !a.fixed():
			b.unclear(c.name)
			return
		case a.text == "--noprofile" || a.text == "--norc" || a.text == "--posix" || a.text == "--":
		case (a.text == "-o" || a.text == "+o") && i+1 < len(c.args) && plainShellOptions[c.args[i+1].text]:
			i++
		case len(a.text) > 1 && a.text[0] == '-' && strings.Trim(a.text[1:], "ceuxvfn") == "":
			text = text || strings.Contains(a.text, "c")
		case strings.HasPrefix(a.text, "-") || strings.HasPrefix(a.text, "+"):
			b.unclear(c.name + " " + a.text)
			b.beyond(c)
			return
		case text:
			b.shellText(c.args[i:i+1], c.name+" -c")
			return
		default:
			if !a.exact() || strings.HasPrefix(a.text, "/dev/") || strings.HasPrefix(a.text, "/proc/") {
				b.unclear(c.name + " " + a.text)
			}
			b.ran[path.Base(a.text)] = true
			return
		}
	}
	switch {
	case c.in != nil && c.in.known && !text:
		b.script(c.in.text, c.name, false)
	case len(c.args) == 1 && c.args[0].text == "--version":
	default:
		b.unclear(c.name)
	}
}

var plainShellOptions = set("pipefail errexit nounset xtrace noglob")
