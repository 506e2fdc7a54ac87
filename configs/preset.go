package configs

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"deputy/internal/netguard"
)

//go:embed presets.yaml
var presetFile []byte

// Preset is a language-model server that Deputy knows how to talk to.
type Preset struct {
	Name   string `yaml:"name" json:"name"`
	About  string `yaml:"about" json:"about"`
	URL    string `yaml:"url" json:"url"`             // base URL; empty for local, whose port is not known yet
	Model  string `yaml:"model" json:"model"`         // empty: the first that the server lists
	KeyEnv string `yaml:"key_env" json:"key_env"`     // empty: no key is needed
	Tools  string `yaml:"tools" json:"tools"`         // native (tool calls) or schema (one JSON object)
	Edit   bool   `yaml:"edit" json:"edit,omitempty"` // the address is an example: llm.url must be set
}

// presets is parsed once; the file is part of the program.
var presets = sync.OnceValue(func() []Preset {
	var file struct {
		Presets []Preset `yaml:"presets"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(presetFile))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		panic("the embedded presets are wrong: " + err.Error())
	}
	return file.Presets
})

func presetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.Name)
	}
	return names
}

// Local is the preset for the llama-server that Deputy runs itself.
const Local = "local"

// Resolve returns the preset with this name with the settings of l laid over it. It
// does not know auto: who looks at the machine calls it with what was found.
func (l LLM) Resolve(name string) (Preset, error) {
	for _, p := range presets() {
		if p.Name != name {
			continue
		}
		if p.Edit && l.URL == "" {
			return Preset{}, fmt.Errorf("the preset %s needs the address of your server: set llm.url", name)
		}
		p.URL = cmp.Or(l.URL, p.URL)
		p.Model = cmp.Or(l.Model, p.Model)
		p.KeyEnv = cmp.Or(l.KeyEnv, p.KeyEnv)
		p.Tools = cmp.Or(l.Tools, p.Tools)
		return p, nil
	}
	return Preset{}, fmt.Errorf("no preset is called %q; known: %s", name, strings.Join(presetNames(), ", "))
}

// ReadsAhead says whether the model of that preset reads what prompts begin with before
// it is asked. That is a request of its own: unless told otherwise only a server on this
// machine that wants no key, and so no money, gets it.
func (l LLM) ReadsAhead(p Preset) bool {
	if l.ReadAhead != "auto" {
		return l.ReadAhead == "on"
	}
	u, err := url.Parse(p.URL)
	own := p.Name == Local || err == nil && netguard.Loopback(u.Hostname())
	return own && p.KeyEnv == "" && l.KeyFile == ""
}
