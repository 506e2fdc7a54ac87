// Package tools holds a folder for each kind of thing that Deputy can do on its
// owner's machine. Each tool checks its arguments, says what authority they take,
// has the effect once and can take it back; its folder's tools.yaml says how policy
// and phrases speak of it. This package only lists the folders. It must not know who
// decides, how anyone is asked, any model, any sound, nor where settings come from.
package tools
