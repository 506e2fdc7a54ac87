package sandbox

import "context"

// LandlockOffered says why there is no Landlock here.
var LandlockOffered = landlockOffered

// WithoutNamespaces is a box that shuts in by Landlock alone.
func WithoutNamespaces(dir, scratch string, o Options) *Box {
	b := New(dir, scratch, o)
	b.probed, b.backend = true, backend{kind: Landlock}
	return b
}

// Try finds out whether b shuts a command in.
func (b *Box) Try(ctx context.Context) error { return b.try(ctx, b.backend) }

// Quote writes a word for the shell.
var Quote = quote

// SelfProgram is the program that runs.
const SelfProgram = selfProgram
