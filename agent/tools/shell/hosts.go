package shell

import (
	"fmt"
	"slices"
	"strings"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/shellrisk"
	"deputy/agent/tool"
	"deputy/agent/workspace"
	"deputy/internal/netguard"
	"deputy/internal/textnorm"
)

// maxHosts is how many hosts one command may reach.
const maxHosts = 10

// commandHosts gives the canonical names of the hosts that a command wants to
// reach: sorted, each once.
func commandHosts(list []string) ([]string, error) {
	var hosts []string
	for _, h := range list {
		host, err := netguard.CheckHost(strings.TrimSpace(h))
		if err != nil {
			return nil, err
		}
		_, isIP := netguard.Address(host)
		switch {
		case isIP:
			return nil, fmt.Errorf("%s is an address: name the host", host)
		case !strings.Contains(host, "."), netguard.Local(host):
			return nil, fmt.Errorf("%q is a host of this machine or of a private network, which no command reaches", textnorm.Brief(host, 80))
		}
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if len(hosts) > maxHosts {
		return nil, fmt.Errorf("too many hosts: %d, at most %d", len(hosts), maxHosts)
	}
	return hosts, nil
}

// reached are the hosts that a command is to reach: which the model named, and which the
// command itself does, or the repository for the remote that it speaks to.
func (t runCommand) reached(named []string, w shellrisk.Wants, by string) []string {
	if by != sandbox.Bubblewrap {
		return named
	}
	found := w.Hosts
	if len(found) == 0 && w.Network != "" && strings.HasPrefix(w.Network, "git ") {
		found = workspace.Remotes(t.w.Root())
	}
	all := named
	for _, h := range found {
		if host, err := commandHosts([]string{h}); err == nil { // else it can't be reached anyway
			all = append(all, host...)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > maxHosts {
		return named
	}
	return all
}

// network states what it takes to reach hosts: the owner's yes for those that
// are known, more for a new one, since whatever the command can read may leave.
func (t runCommand) network(a *tool.Action, hosts []string) {
	if len(hosts) == 0 {
		return
	}
	a.Egress, a.Repeat = true, tool.Opaque
	a.Level = max(a.Level, policy.External)
	a.Facts["network"], a.Facts["host"] = "hosts", "known"
	a.Values["hosts"] = strings.Join(hosts, ", ")
	a.Summary += " with access to " + a.Values["hosts"]
	for _, h := range hosts {
		if !netguard.Listed(t.hosts, h) {
			a.Level = max(a.Level, policy.Commit)
			a.Facts["host"], a.Values["unknown"] = "new", "yes"
		}
		if netguard.LookalikeHost(h) {
			a.Level = max(a.Level, policy.Commit)
			a.Facts["host"], a.Values["alike"] = "lookalike", "yes"
		}
	}
}
