package main

import "testing"

// attackReal are the attacks that need real time: sockets and second processes.
var attackReal = map[string]func(t *testing.T, w *world){}
