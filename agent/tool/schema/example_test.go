package schema_test

import (
	"fmt"

	"deputy/agent/tool/schema"
)

func ExampleOf() {
	type args struct {
		Path string `json:"path" jsonschema:"file in the workspace"`
		Page int    `json:"page,omitempty"`
	}
	fmt.Println(string(schema.Of[args]()))
	// Output:
	// {"type":"object","properties":{"path":{"type":"string","description":"file in the workspace"},"page":{"type":"integer"}},"required":["path"]}
}
