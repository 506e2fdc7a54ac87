package tools

import (
	"deputy/agent/tool"
	"strings"
)

// literal says whether a text stands for nothing but itself in a pattern.
func literal(s string) bool { return !strings.ContainsAny(s, "*?") }

// framed is how a frame goes into an Action.
func scoped(f tool.GrantScope, ok bool) *tool.GrantScope {
	if !ok {
		return nil
	}
	return &f
}
