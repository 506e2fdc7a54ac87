package tools

import (
	"strings"

	"deputy/agent/consent"
	"deputy/agent/tool"
)

// A standing grant is for exactly one recipient, one site or one command. What
// would need a guess is refused: then each time is asked for.

// ScopeGrant covers mail to one contact or address, about one subject if one
// was named.
func (m sendMail) ScopeGrant(l consent.GrantRequest) (tool.GrantScope, bool) {
	if l.Verb != "mail" || l.Object == "" || m.o.Host == "" {
		return tool.GrantScope{}, false
	}
	to, err := m.recipients(strings.TrimSuffix(contactKey(l.Object), " list"))
	if err != nil || len(to) != 1 {
		if to, err = m.recipients(l.Object); err != nil || len(to) != 1 {
			return tool.GrantScope{}, false
		}
	}
	f, ok := m.scope(to)
	if about := strings.TrimSpace(l.About); ok && about != "" {
		if !literal(about) {
			return tool.GrantScope{}, false
		}
		f.Args["subject"], f.Values["about"] = "*"+about+"*", about
	}
	return f, ok
}

// scope covers mail to exactly these recipients.
func (m sendMail) scope(to []string) (tool.GrantScope, bool) {
	all := strings.Join(to, ", ")
	f := tool.GrantScope{Target: all, Args: map[string]string{"to": all}, Phrase: "mail", Values: map[string]string{"to": all}}
	if name := m.known(to[0]); name != "" && len(to) == 1 {
		f.Values["name"] = name
	}
	return f, literal(all)
}

// ScopeGrant covers reading from one site.
func (t fetchPage) ScopeGrant(l consent.GrantRequest) (tool.GrantScope, bool) {
	if l.Verb != "fetch" || l.Object == "" {
		return tool.GrantScope{}, false
	}
	u, err := t.checkURL("https://" + strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(l.Object), "https://"), "http://"))
	if err != nil {
		return tool.GrantScope{}, false
	}
	return siteScope(u.Hostname())
}

func siteScope(host string) (tool.GrantScope, bool) {
	return tool.GrantScope{Target: host, Phrase: "fetch", Values: map[string]string{"host": host}}, literal(host) && !lookalikeHost(host)
}

// commandScope covers exactly this command.
func commandScope(command string) (tool.GrantScope, bool) {
	return tool.GrantScope{
		Target: command, Args: map[string]string{"command": command}, Phrase: "command", Values: map[string]string{"command": command},
	}, literal(command)
}

// literal says whether a text stands for nothing but itself in a pattern.
func literal(s string) bool { return !strings.ContainsAny(s, "*?") }

// framed is how a frame goes into an Action.
func scoped(f tool.GrantScope, ok bool) *tool.GrantScope {
	if !ok {
		return nil
	}
	return &f
}
