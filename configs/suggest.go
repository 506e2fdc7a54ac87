package configs

import (
	"fmt"
	"reflect"
	"strings"

	"deputy/internal/textnorm"
)

// unknownKey says that there is no such key, and what may have been meant.
func unknownKey(path, key string, section reflect.Type, prefix string) string {
	if isSecretName(key) {
		return fmt.Sprintf("%s: secrets do not belong in this file; name an environment variable or a file of mode 0600 instead (%s)",
			path, strings.Join(secretKeys(section, prefix), ", "))
	}
	if near := nearest(key, section, prefix); near != "" {
		return fmt.Sprintf("there is no key %s; did you mean %s?", path, near)
	}
	return fmt.Sprintf("there is no key %s", path)
}

func isSecretName(key string) bool {
	switch strings.ToLower(key) {
	case "key", "api_key", "apikey", "token", "password", "secret":
		return true
	}
	return false
}

// secretKeys are the keys of a section that say where a secret is.
func secretKeys(section reflect.Type, prefix string) []string {
	var keys []string
	for i := range section.NumField() {
		name := section.Field(i).Tag.Get("yaml")
		if strings.HasSuffix(name, "_env") || strings.HasSuffix(name, "_file") {
			keys = append(keys, join(prefix, name))
		}
	}
	if len(keys) == 0 {
		keys = []string{"key_env, key_file of the section it belongs to"}
	}
	return keys
}

// nearest is the key of the section that is closest in letters, or a key of that very
// name in another section; empty if nothing is close.
func nearest(key string, section reflect.Type, prefix string) string {
	best, least := "", 1+len(key)/2
	for i := range section.NumField() {
		name := section.Field(i).Tag.Get("yaml")
		if d := textnorm.Distance([]rune(strings.ToLower(key)), []rune(name)); d < least {
			best, least = join(prefix, name), d
		}
	}
	if best != "" {
		return best
	}
	eachLeaf(reflect.ValueOf(Config{}), "", func(path string, _ reflect.Value, _ reflect.StructTag) {
		if best == "" && path[strings.LastIndex(path, ".")+1:] == key {
			best = path
		}
	})
	return best
}
