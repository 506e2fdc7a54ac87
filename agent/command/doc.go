// Package command reads what needs no model: an utterance that is a verb ("stop",
// "undo", "what's waiting?"), a line of an open note, criticism of what was just done.
// It is a function of the words and must not know what is going on.
package command
