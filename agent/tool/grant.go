package tool

import "strings"

// Literal says whether a text stands for nothing but itself in a pattern.
func Literal(s string) bool { return !strings.ContainsAny(s, "*?") }

// Scoped is a grant's terms as an Action holds them: nil if there can be no grant.
func Scoped(f GrantScope, ok bool) *GrantScope {
	if !ok {
		return nil
	}
	return &f
}
