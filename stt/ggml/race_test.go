//go:build race

package ggml

const racing = true
