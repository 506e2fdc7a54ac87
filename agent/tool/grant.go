package tool

import (
	"strings"
)

// Literal says whether a text stands for nothing but itself in a pattern.
func Literal(s string) bool { return !strings.ContainsAny(s, "*?") }

// framed is how a frame goes into an Action.
func Scoped(f GrantScope, ok bool) *GrantScope {
	if !ok {
		return nil
	}
	return &f
}
