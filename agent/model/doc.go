// Package model says what a language model is to the desk: a conversation goes in,
// text and wishes for tools come out, in pieces. It must not know any server or
// protocol: those are in the folders below.
package model
