package configs

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Print writes the whole configuration as YAML that Load accepts. Beside a key that
// says where a secret is stands whether one is there, never what it is.
func (c Config) Print(w io.Writer) error {
	var doc yaml.Node
	if err := doc.Encode(c); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	note := map[string]string{}
	eachLeaf(reflect.ValueOf(c), "", func(path string, field reflect.Value, _ reflect.StructTag) {
		if strings.HasSuffix(path, "_env") && field.String() != "" {
			note[path] = "not set"
			if os.Getenv(field.String()) != "" {
				note[path] = "set (hidden)"
			}
		}
		if strings.HasSuffix(path, "_file") && field.String() != "" {
			note[path] = "usable (hidden)"
			if _, err := ReadSecret("", field.String()); err != nil {
				note[path] = err.Error()
			}
		}
		if value, ok := os.LookupEnv(EnvName(path)); ok && value != "" {
			note[path] = strings.TrimPrefix(note[path]+", from "+EnvName(path), ", ")
		}
	})
	annotate(&doc, "", note)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return enc.Close()
}

func annotate(node *yaml.Node, prefix string, note map[string]string) {
	for i := 0; i+1 < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
		path := join(prefix, node.Content[i].Value)
		if text := note[path]; text != "" {
			node.Content[i+1].LineComment = text
		}
		annotate(node.Content[i+1], path, note)
	}
}
