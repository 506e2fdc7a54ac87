// Package sandbox runs a command shut in: by bubblewrap, else by Landlock and a
// filter of system calls. The command sees the system read-only, the workspace and
// a folder of its own, no other process, and no network but the named hosts of a
// proxy (package egress). It knows commands, folders and limits. It must not know
// what a command is for, who allowed it, or any tool.
package sandbox
