// Package tools holds a folder for each kind of thing that Deputy can do on its
// owner's machine. Each tool checks its arguments, says what authority they take,
// has the effect once and can take it back. Here are only the tests that walk all
// of them: it must not be imported.
package tools
