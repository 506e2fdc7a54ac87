package main

// attackCode holds what an attack has to do in code.
var attackCode = map[string]func(w *world) error{}
