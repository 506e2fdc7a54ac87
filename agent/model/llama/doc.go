// Package llama runs llama.cpp's llama-server as a child process: it finds the
// program, starts it on a loopback port, waits until it is ready, starts it
// again when it dies, holds it still while the user speaks, keeps the prompt
// cache across restarts and ends it with Deputy. It knows processes and that
// server's own endpoints; it must not know tools, conversations or how a reply
// is read (that is an model.Model's work, which is given URL and Key).
//
// The server is the user's alone: it listens on the loopback address and wants a
// random key, which is handed to it through the environment, where other users
// of the machine can't read it.
package llama
