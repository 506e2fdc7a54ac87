package configs

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// EnvName is the environment variable that overrides a key: DEPUTY_STT_REMOTE_URL for
// stt.remote.url. A list is written with commas.
func EnvName(path string) string {
	return "DEPUTY_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// readEnv puts the environment over c. A variable that is set to nothing empties a
// text or a list.
func readEnv(c *Config, look func(string) (string, bool)) []string {
	var problems []string
	eachLeaf(reflect.ValueOf(c).Elem(), "", func(path string, field reflect.Value, _ reflect.StructTag) {
		value, ok := look(EnvName(path))
		if !ok {
			return
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(value)
			return
		case reflect.Slice:
			var list []string
			for part := range strings.SplitSeq(value, ",") {
				if part = strings.TrimSpace(part); part != "" {
					list = append(list, part)
				}
			}
			field.Set(reflect.ValueOf(list))
			return
		}
		fresh := reflect.New(field.Type())
		node := yaml.Node{Kind: yaml.ScalarNode, Value: value}
		if err := node.Decode(fresh.Interface()); err != nil || value == "" {
			problems = append(problems, fmt.Sprintf("%s: %s is expected, not %q", EnvName(path), kindName(field), value))
			return
		}
		field.Set(fresh.Elem())
	})
	return problems
}
