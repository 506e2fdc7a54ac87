package shellrisk

import (
	_ "embed"
	"strings"
)

//go:embed programs.txt
var programList string

// A use is what a program does over the network.
type use struct {
	subs      map[string]bool // subcommands that do; "!x" is one that doesn't
	any       bool            // whatever its arguments are
	publishes bool
	sending   []string // options that send something, as they begin
	hosts     []string // that it reaches if it names none
	otherwise bool     // than by http
}

func (u use) sends(arg string) bool {
	for _, o := range u.sending {
		if strings.HasPrefix(arg, o) && (strings.HasPrefix(o, "--") || !strings.HasPrefix(arg, "--")) {
			return true
		}
	}
	return false
}

var (
	// network are the programs that use it, by name.
	network = map[string][]use{}
	// texts are other kinds of programs, by kind.
	texts = map[string]map[string]bool{}
)

func init() {
	for line := range strings.Lines(programList) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		kind, names := cells[0], strings.Fields(cells[1])
		if kind != "reaches" && kind != "publishes" {
			for _, n := range names {
				if texts[kind] == nil {
					texts[kind] = map[string]bool{}
				}
				texts[kind][n] = true
			}
			continue
		}
		u := use{publishes: kind == "publishes", subs: map[string]bool{}}
		for _, c := range cells[2:] {
			head, rest, _ := strings.Cut(c, ":")
			switch list := strings.Fields(rest); head {
			case "does":
				u.subs = set(rest)
			case "not":
				u.any = true
				for _, s := range list {
					u.subs["!"+s] = true
				}
			case "sends":
				u.sending = list
			case "hosts":
				u.hosts = list
			case "otherwise":
				u.otherwise = true
			}
		}
		u.any = u.any || len(u.subs) == 0
		for _, n := range names {
			network[n] = append(network[n], u)
		}
	}
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// plain says that a program runs no other one that its arguments name.
func plain(name string) bool {
	return texts["says"][name] || texts["looks"][name] || texts["changes"][name] || texts["reads"][name] || len(network[name]) > 0
}

// decides says that a variable decides what programs run.
func decides(name string) bool {
	for _, p := range []string{"LD_", "BASH_", "GIT_", "PYTHON", "NODE_OPTIONS", "PERL", "RUBY", "SSH_", "DYLD_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return set("PATH ENV IFS SHELLOPTS BASHOPTS PS4 PAGER EDITOR VISUAL http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY PROMPT_COMMAND")[name]
}
