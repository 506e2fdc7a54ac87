// Package textnorm makes text fit to be shown or said in a line: what can't be seen
// is left out, what is too long is cut at a character. It knows Unicode and nothing
// of Deputy.
package textnorm
