// Package textnorm compares texts and makes them fit to be shown or said: what is
// folded, what can't be seen, what looks or is spelled alike, how far apart two are,
// the letters of Hangul. It knows Unicode and nothing of Deputy.
package textnorm
