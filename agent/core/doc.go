// Package core decides: Step takes a state and an event and gives the events to
// journal and the intents to carry out. It knows tasks, asks, grants, the queue and
// recovery, and the order in which things may happen. It is pure: it must not read a
// clock, start a goroutine, or know any vendor, any sound or any wording.
package core
