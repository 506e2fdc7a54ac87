package tools

import (
	"strings"

	"deputy/agent/consent"
	"deputy/agent/tool"
)

// Standing leave is for exactly one recipient, one site or one command. What
// would need a guess is refused: then each time is asked for.

// Delimit frames leave to mail one contact or address, about one subject if one
// was named.
func (m sendMail) Delimit(l consent.Leave) (tool.Frame, bool) {
	if l.Verb != "mail" || l.Object == "" || m.o.Host == "" {
		return tool.Frame{}, false
	}
	to, err := m.recipients(strings.TrimSuffix(contactKey(l.Object), " list"))
	if err != nil || len(to) != 1 {
		if to, err = m.recipients(l.Object); err != nil || len(to) != 1 {
			return tool.Frame{}, false
		}
	}
	f, ok := m.frame(to)
	if about := strings.TrimSpace(l.About); ok && about != "" {
		if !literal(about) {
			return tool.Frame{}, false
		}
		f.Args["subject"], f.Values["about"] = "*"+about+"*", about
	}
	return f, ok
}

// frame covers mail to exactly these recipients.
func (m sendMail) frame(to []string) (tool.Frame, bool) {
	all := strings.Join(to, ", ")
	f := tool.Frame{Target: all, Args: map[string]string{"to": all}, Phrase: "mail", Values: map[string]string{"to": all}}
	if name := m.known(to[0]); name != "" && len(to) == 1 {
		f.Values["name"] = name
	}
	return f, literal(all)
}

// Delimit frames leave to read from one site.
func (t fetchPage) Delimit(l consent.Leave) (tool.Frame, bool) {
	if l.Verb != "fetch" || l.Object == "" {
		return tool.Frame{}, false
	}
	u, err := t.checkURL("https://" + strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(l.Object), "https://"), "http://"))
	if err != nil {
		return tool.Frame{}, false
	}
	return siteFrame(u.Hostname())
}

func siteFrame(host string) (tool.Frame, bool) {
	return tool.Frame{Target: host, Phrase: "fetch", Values: map[string]string{"host": host}}, literal(host) && !lookalikeHost(host)
}

// commandFrame covers exactly this command.
func commandFrame(command string) (tool.Frame, bool) {
	return tool.Frame{
		Target: command, Args: map[string]string{"command": command}, Phrase: "command", Values: map[string]string{"command": command},
	}, literal(command)
}

// literal says whether a text stands for nothing but itself in a pattern.
func literal(s string) bool { return !strings.ContainsAny(s, "*?") }

// framed is how a frame goes into an Action.
func framed(f tool.Frame, ok bool) *tool.Frame {
	if !ok {
		return nil
	}
	return &f
}
