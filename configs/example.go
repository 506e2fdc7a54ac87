package configs

import (
	"bytes"
	_ "embed"
)

//go:embed example.yaml
var example []byte

// Example is a commented configuration file that shows every key with its default and
// sets none of them.
func Example() []byte { return bytes.Clone(example) }
