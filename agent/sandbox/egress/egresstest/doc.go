// Package egresstest is a made-up internet for tests of what goes through the
// proxy: names with addresses, and servers on this machine that answer for them.
// It knows no tool and no policy.
package egresstest
