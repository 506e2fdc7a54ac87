// Package tool says what a tool is to the desk: it plans a call without any effect
// into an Action, which policy judges and which is then had once. It must not know any
// tool: those are in agent/tools.
package tool
