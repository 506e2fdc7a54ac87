package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Load reads the file at path over the defaults, then the environment over both, and
// checks the result. The error lists every problem at once, one a line, each with its
// key and, for what the file says, its line. A file that is not there is an error of
// fs.ErrNotExist's kind, so that a caller can go on with LoadEnv.
func Load(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}
	c, problems := read(raw, Default())
	problems = append(problems, readEnv(&c, os.LookupEnv)...)
	c.Agent.Policy = orBeside(c.Agent.Policy, path)
	return finish(c, path, problems)
}

// LoadEnv is Load without a file.
func LoadEnv() (Config, error) {
	c := Default()
	problems := readEnv(&c, os.LookupEnv)
	c.Agent.Policy = orBeside(c.Agent.Policy, UserPaths().Config)
	return finish(c, "the environment", problems)
}

// orBeside is policy, or the policy.yaml beside the configuration file if there is
// anything of that name: one that can't be read must not be passed over.
func orBeside(policy, config string) string {
	if policy != "" {
		return policy
	}
	p, err := filepath.Abs(filepath.Join(filepath.Dir(config), "policy.yaml"))
	if err != nil {
		return ""
	}
	if _, err := os.Lstat(p); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return p
}

// LoadUser loads the user's configuration file if there is one; path, if not empty,
// names another one that must be there.
func LoadUser(path string) (Config, error) {
	if path != "" {
		return Load(path)
	}
	c, err := Load(UserPaths().Config)
	if errors.Is(err, fs.ErrNotExist) {
		return LoadEnv()
	}
	return c, err
}

// finish expands paths and checks; from names what was read, for the error.
func finish(c Config, from string, problems []string) (Config, error) {
	expandPaths(&c)
	problems = append(problems, c.problems()...)
	if len(problems) > 0 {
		return Config{}, &Problems{From: from, List: problems}
	}
	return c, nil
}

// Problems is a configuration that can't be used: everything that is wrong with it.
type Problems struct {
	From string
	List []string
}

func (p *Problems) Error() string {
	return fmt.Sprintf("the configuration (%s) can't be used:\n  %s", p.From, strings.Join(p.List, "\n  "))
}

// read decodes a YAML file over base.
func read(raw []byte, base Config) (Config, []string) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	err := dec.Decode(&doc)
	if err == io.EOF { // an empty file, or comments only
		return base, nil
	}
	if err != nil {
		return base, []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	w := &walker{}
	if len(doc.Content) == 1 {
		w.section(doc.Content[0], reflect.ValueOf(&base).Elem(), "")
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		w.add(0, "only one YAML document is read: remove what follows ---")
	}
	return base, w.problems
}

// walker puts a YAML tree into structs and collects what does not fit.
type walker struct {
	problems []string
}

func (w *walker) add(line int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	w.problems = append(w.problems, text)
}

// section fills the struct at into from a mapping.
func (w *walker) section(node *yaml.Node, into reflect.Value, prefix string) {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return // a section that is all comments
	}
	if node.Kind != yaml.MappingNode {
		w.add(node.Line, "%sa section with keys is expected here", colon(prefix))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		path := join(prefix, key.Value)
		if first, twice := seen[key.Value]; twice {
			w.add(key.Line, "%s is set twice, in line %d before", path, first)
			continue
		}
		seen[key.Value] = key.Line
		field, ok := fieldOf(into, key.Value)
		if !ok {
			w.add(key.Line, "%s", unknownKey(path, key.Value, into.Type(), prefix))
			continue
		}
		if field.Kind() == reflect.Struct {
			w.section(value, field, path)
			continue
		}
		w.leaf(value, field, path)
	}
}

func (w *walker) leaf(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return // "key:" with nothing keeps the default
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	wantList := into.Kind() == reflect.Slice
	if wantList != (node.Kind == yaml.SequenceNode) {
		w.add(node.Line, "%s: %s is expected", path, kindName(into))
		return
	}
	fresh := reflect.New(into.Type())
	if err := node.Decode(fresh.Interface()); err != nil {
		w.add(node.Line, "%s: %s is expected, not %q", path, kindName(into), node.Value)
		return
	}
	into.Set(fresh.Elem())
}

// kindName says what a key takes.
func kindName(v reflect.Value) string {
	switch v.Interface().(type) {
	case time.Duration:
		return "a time such as 400ms, 20s or 10m"
	case Bytes:
		return "an amount such as 512 MiB"
	case []string:
		return "a list"
	case bool:
		return "true or false"
	case int:
		return "a whole number"
	case float64:
		return "a number"
	}
	return "a text"
}

// fieldOf finds the field for a key.
func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// eachLeaf calls f for every key that is not a section, in file order.
func eachLeaf(v reflect.Value, prefix string, f func(path string, field reflect.Value, tag reflect.StructTag)) {
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		path := join(prefix, tag.Get("yaml"))
		if v.Field(i).Kind() == reflect.Struct {
			eachLeaf(v.Field(i), path, f)
			continue
		}
		f(path, v.Field(i), tag)
	}
}

// expandPaths turns ~ into the home directory.
func expandPaths(c *Config) {
	home, err := os.UserHomeDir()
	if err != nil {
		return // the check names the paths that are not absolute
	}
	expand := func(s string) string {
		if s == "~" {
			return home
		}
		if rest, ok := strings.CutPrefix(s, "~/"); ok {
			return filepath.Join(home, rest)
		}
		return s
	}
	eachLeaf(reflect.ValueOf(c).Elem(), "", func(_ string, field reflect.Value, tag reflect.StructTag) {
		if tag.Get("kind") == "path" {
			field.SetString(expand(field.String()))
		}
	})
	c.STT.Model, c.STT.Detector, c.LLM.Local.Model = expand(c.STT.Model), expand(c.STT.Detector), expand(c.LLM.Local.Model)
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

func colon(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + ": "
}
