//go:build !race

package shell

const racing = false
