// Package sandboxtest gives tests a sandbox of each kind that works here, and
// things outside it that no command may reach. It knows no tool and no policy.
package sandboxtest
