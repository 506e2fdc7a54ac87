// Package schema describes the arguments of a tool to a model: the JSON Schema of the
// struct that they are read into. It knows structs; it must not know any tool.
package schema

import (
	"encoding/json"
	"reflect"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

// Of is the schema of T: a property for each field that has a name in JSON, its
// description from the tag jsonschema. Fields tagged omitempty need not be given;
// those tagged jsonschema:"-" are ours, and no model is told of them.
func Of[T any]() json.RawMessage {
	t := reflect.TypeFor[T]()
	if raw, ok := made.Load(t); ok {
		return raw.(json.RawMessage)
	}
	s, err := jsonschema.For[T](nil)
	if err != nil {
		panic("the arguments of a tool have no schema: " + err.Error()) // the struct is wrong
	}
	s.AdditionalProperties = nil // it only costs tokens: what isn't known is refused when it is read
	for name, p := range s.Properties {
		if p.Description == "-" {
			delete(s.Properties, name)
		}
		p.Types, p.Type = nil, plain(p)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		panic("the arguments of a tool have no schema: " + err.Error())
	}
	made.Store(t, json.RawMessage(raw))
	return raw
}

// made are the schemas by type: a tool is asked for its own at every turn.
var made sync.Map

// plain is a property's type without the null that a slice may be.
func plain(s *jsonschema.Schema) string {
	for _, t := range s.Types {
		if t != "null" {
			return t
		}
	}
	return s.Type
}
