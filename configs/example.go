package configs

import _ "embed"

// Example is a commented configuration file that shows every key with its default and
// sets none of them.
//
//go:embed example.yaml
var Example string
