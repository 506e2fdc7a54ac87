// Package state is what a journal comes to: tasks, effects, asks, grants, and what is
// tainted by strangers. Apply folds one event into it and decides nothing, so that an
// old journal means the same to a new version. What is finished is forgotten by and by,
// and a snapshot of a state is a short cut to it. It must not know any clock, any model
// or any wording.
package state
