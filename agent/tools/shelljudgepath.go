package tools

import (
	"path"
	"strings"

	"deputy/agent/policy"
)

// Names of files that hold what only their owner should know, as patterns of
// path.Match, in lower case.
var secretNames = words(".ssh .gnupg .netrc _netrc .aws .azure .gcloud .kube .docker .password-store .pgpass .my.cnf .env .env.* *.env .envrc.local .npmrc .pypirc " +
	".git-credentials .htpasswd .*_history .fetchmailrc .msmtprc .boto .s3cfg .vault-token .keychain keyrings *.keychain-db id_rsa id_dsa id_ecdsa id_ed25519 " +
	"*.pem *.key *.p12 *.pfx *.kdbx *.ppk *.jks *.keystore *.keytab credentials credentials.* secrets secrets.* .secrets shadow shadow- gshadow sudoers sudoers.d ssh_host_*_key")

// secretPaths are those that only their folder tells.
var secretPaths = []string{"etc/shadow", "etc/gshadow", "ssl/private", ".config/gh", ".config/gcloud", ".config/op", ".local/share/keyrings", "proc/kcore", "proc/*/environ", "proc/*/mem", "dev/mem", "dev/kmem"}

// shown are names like those that are meant for others to read.
var shown = words(".env.example .env.sample .env.template .env.dist .env.schema")

// secrets judges what words name. name is the program, for the reason.
func (b *bench) secrets(words []value, name string) {
	for i, w := range words {
		if i == 0 && name != "" {
			continue // its own name
		}
		if s := secretIn(w); s != "" {
			b.raise(policy.Seal, whySecret, strings.TrimSpace(name+" "+s))
		}
	}
}

// secretIn gives the first file name in a value that is, or may come to be, one
// of a secret.
func secretIn(v value) string {
	for _, p := range strings.FieldsFunc(strings.ToLower(v.text), func(r rune) bool {
		return r < 0x80 && r > 1 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-~/*?[]", r)
	}) {
		whole := "/" + strings.Trim(p, "/") + "/"
		for _, s := range secretPaths {
			if ok, _ := path.Match(s, strings.Trim(whole, "/")); ok || strings.Contains(whole, "/"+s+"/") || tailMatches(whole, s) {
				return p
			}
		}
		for _, part := range strings.Split(p, "/") {
			if secretName(part, v.glob) {
				return p
			}
		}
	}
	return ""
}

// tailMatches says whether the last parts of a path match a pattern with as many.
func tailMatches(whole, pattern string) bool {
	parts := strings.Split(strings.Trim(whole, "/"), "/")
	n := strings.Count(pattern, "/") + 1
	if len(parts) < n {
		return false
	}
	ok, _ := path.Match(pattern, strings.Join(parts[len(parts)-n:], "/"))
	return ok
}

// secretName says whether one part of a path is a secret's. glob says that its
// *, ? and [ stand for something.
func secretName(name string, glob bool) bool {
	for _, s := range shown {
		if name == s {
			return false
		}
	}
	open := strings.Contains(name, unknown)
	pattern := strings.ReplaceAll(name, unknown, "*")
	fixed := len(name) - strings.Count(name, "*") - strings.Count(name, "?") - strings.Count(name, unknown)
	for _, s := range secretNames {
		if ok, _ := path.Match(s, name); ok {
			return true
		}
		if !open && !(glob && strings.ContainsAny(name, "*?[")) {
			continue
		}
		// One wildcard against another: a likely name stands for the pattern.
		likely := strings.NewReplacer("*", "x").Replace(s)
		ok, _ := path.Match(pattern, likely)
		dotted := strings.HasPrefix(name, ".")
		if ok && (dotted || fixed >= 3 || open && fixed >= 2) && (open || dotted == strings.HasPrefix(likely, ".")) {
			return true
		}
	}
	return false
}

// startups are files that programs run or obey by themselves, outside of the
// sandbox too.
var startups = set(".git .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .inputrc .vimrc .exrc .nvimrc .emacs .emacs.d " +
	".gitconfig .gitmodules .envrc .direnv .husky .githooks .pre-commit-config.yaml .yarnrc .yarnrc.yml .wgetrc .curlrc .screenrc .tmux.conf .xinitrc .xprofile .xsession .vscode .idea " +
	"autostart .lesskey .gdbinit .pythonrc sitecustomize.py usercustomize.py authorized_keys crontab cron.d cron.daily init.d systemd ld.so.preload")

// startup judges the arguments of a program that may write.
func (b *bench) startup(c command) {
	if looking[c.name] || quiet[c.name] || c.name == "git" || c.name == "find" {
		return
	}
	for _, a := range c.args {
		if strings.HasPrefix(a.text, "--exclude") || strings.HasPrefix(a.text, "--ignore") {
			continue
		}
		if s := startupIn(a.text); s != "" {
			b.raise(policy.Commit, whyStartup, c.name+" "+s)
		}
	}
}

func startupIn(text string) string {
	for _, p := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n'\"()=:,;", r) }) {
		for _, part := range strings.Split(p, "/") {
			if startups[part] {
				return p
			}
		}
	}
	return ""
}

// writes judges a file that is written to.
func (b *bench) writes(text, part string) {
	b.wrote[path.Base(text)] = true
	switch {
	case strings.HasPrefix(text, "/dev/") && !fleeting(text), strings.HasPrefix(text, "/proc/"), strings.HasPrefix(text, "/sys/"):
		b.raise(policy.Seal, whySystem, part)
	case startupIn(text) != "":
		b.raise(policy.Commit, whyStartup, part)
	case outside(text):
		b.raise(policy.Commit, whyOutside, part)
	}
}

// fleeting says that nothing lasting is at a path: what is written there is gone
// with the sandbox.
func fleeting(text string) bool {
	switch p := path.Clean(text); {
	case p == "/dev/null", p == "/dev/zero", p == "/dev/full", p == "/dev/stdin", p == "/dev/stdout", p == "/dev/stderr", p == "/dev/tty", p == "/dev/random", p == "/dev/urandom":
		return true
	default:
		return strings.HasPrefix(p, "/dev/fd/") || strings.HasPrefix(p, "/dev/shm/") || strings.HasPrefix(p, "/tmp/")
	}
}

// outside says that a path is not in the workspace, nor gone with the sandbox.
func outside(text string) bool {
	if strings.HasPrefix(text, "~") {
		return true
	}
	p := path.Clean(text)
	if path.IsAbs(p) {
		_, in := below(p, sandboxDir)
		return !in && !fleeting(p) && p != "/tmp"
	}
	return p == ".." || strings.HasPrefix(p, "../")
}
