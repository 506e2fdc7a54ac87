package policy

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Flatten turns JSON arguments into strings by path ("to.0", "body"), the form
// of Action.Args. Arguments that aren't JSON come out as one string under "",
// which no tool has.
func Flatten(args json.RawMessage) map[string]string {
	out := map[string]string{}
	d := json.NewDecoder(bytes.NewReader(args))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		out[""] = string(args)
		return out
	}
	flattenInto(out, "", v)
	return out
}

func flattenInto(out map[string]string, path string, v any) {
	sub := func(k string) string {
		if path == "" {
			return k
		}
		return path + "." + k
	}
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			flattenInto(out, sub(k), e)
		}
	case []any:
		for i, e := range v {
			flattenInto(out, sub(strconv.Itoa(i)), e)
		}
	case string:
		out[path] = v
	case nil:
		out[path] = ""
	default:
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // numbers and booleans always marshal
		}
		out[path] = string(b)
	}
}
