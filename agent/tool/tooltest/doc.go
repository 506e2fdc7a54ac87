// Package tooltest plans a tool's actions in tests, twice, since a plan must give
// the same action again. It knows tools, and nothing of what they do.
package tooltest
