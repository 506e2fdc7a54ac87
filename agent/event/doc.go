// Package event holds what can happen: the events that the desk is told and those
// that it concludes, the intents that go out, and how events are written into a
// journal. It knows what each means and in which schema it is written; it must not
// know what follows from any of them.
package event
