// Package history keeps a task's conversation within a model's budget: it shortens
// old results first and never what the owner said or decided. It must not know any
// model, nor what the conversation is for.
package history
