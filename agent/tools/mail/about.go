package mail

import _ "embed"

// About is tools.yaml: what policy and phrases have to know of these tools.
//
//go:embed tools.yaml
var About []byte
