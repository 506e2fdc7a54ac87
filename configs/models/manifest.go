// Package models knows which model files Deputy can use, where each may be fetched
// from, and how to bring one onto this machine whole: a manifest, an ordered list of
// places a file, and one checksum that decides, whatever the place was.
//
// It must not know what is in a model or how one is run: turning a package's contents
// into a model file is a Recipe that its caller brings.
package models

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed models.yaml
var embedded []byte

// Purposes a model can have.
const (
	Speech   = "stt"   // turns speech into text
	Detector = "vad"   // tells speech from the rest
	Language = "llm"   // plans and writes
	Voice    = "voice" // speaks
)

// Model is one file that Deputy can use.
type Model struct {
	Name      string   `yaml:"name" json:"name"`
	File      string   `yaml:"file" json:"file"`
	About     string   `yaml:"about" json:"about"`
	Purpose   string   `yaml:"purpose" json:"purpose"`
	Languages []string `yaml:"languages" json:"languages"`
	Licence   string   `yaml:"licence" json:"licence"`
	Bytes     int64    `yaml:"bytes" json:"bytes"`
	SHA256    string   `yaml:"sha256" json:"sha256,omitempty"` // lower-case hex; empty: not pinned yet
	Default   bool     `yaml:"default" json:"default"`
	Needs     []string `yaml:"needs" json:"needs,omitempty"` // other models that must lie beside it
	Places    []Place  `yaml:"places" json:"-"`
}

// Place is one way to get a file. Exactly one of URL, Packages and From is set.
type Place struct {
	URL      string    `yaml:"url"`
	Packages []Package `yaml:"packages"`
	From     string    `yaml:"from"`
	Recipe   string    `yaml:"recipe"`
}

// String names the place as a person would look for it.
func (p Place) String() string {
	switch {
	case p.URL != "":
		return p.URL
	case p.From != "":
		return "made from the model " + p.From
	case len(p.Packages) == 1:
		return "pip package " + p.Packages[0].Pip
	case len(p.Packages) > 1:
		return fmt.Sprintf("pip packages %s to %s", p.Packages[0].Pip, p.Packages[len(p.Packages)-1].Pip)
	}
	return "nowhere"
}

// Package is a pinned package ("name==version") and what to take out of it.
type Package struct {
	Pip  string `yaml:"pip"`
	Take []Take `yaml:"take"`
}

// Take is one member of a package: a path pattern as of path.Match. Members with the
// same As are put one after the other; an empty As is the model file itself.
type Take struct {
	Member string `yaml:"member"`
	As     string `yaml:"as"`
	Bytes  int64  `yaml:"bytes"`
}

// Manifest is a checked list of models.
type Manifest []Model

// Embedded returns the manifest that Deputy was built with.
func Embedded() Manifest {
	m, err := Parse(embedded)
	if err != nil {
		panic("the embedded model manifest is wrong: " + err.Error())
	}
	return m
}

// Parse reads and checks a manifest; the error lists everything that is wrong.
func Parse(raw []byte) (Manifest, error) {
	var file struct {
		Models Manifest `yaml:"models"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read the model manifest: %w", err)
	}
	return file.Models, file.Models.check()
}

func (m Manifest) check() error {
	var errs []error
	names, files := map[string]bool{}, map[string]bool{}
	for _, model := range m {
		if err := model.check(); err != nil {
			errs = append(errs, fmt.Errorf("model %q: %w", model.Name, err))
		}
		if names[model.Name] || files[model.File] {
			errs = append(errs, fmt.Errorf("model %q (%s) is listed twice", model.Name, model.File))
		}
		// An order in which everything a model is made from comes first also rules out
		// circles.
		for _, p := range model.Places {
			if p.From != "" && !names[p.From] {
				errs = append(errs, fmt.Errorf("model %q is made from %q, which is not listed before it", model.Name, p.From))
			}
		}
		names[model.Name], files[model.File] = true, true
	}
	for _, model := range m {
		for _, n := range model.Needs {
			if !names[n] || n == model.Name {
				errs = append(errs, fmt.Errorf("model %q needs %q, which is not listed", model.Name, n))
			}
		}
	}
	return errors.Join(errs...)
}

func (m Model) check() error {
	sum, err := hex.DecodeString(m.SHA256)
	switch {
	case m.Name == "" || m.File == "" || m.File != filepath.Base(m.File) || strings.HasPrefix(m.File, "."):
		return errors.New("a name and a plain file name are needed")
	case m.Bytes <= 0:
		return errors.New("the size is missing")
	case m.SHA256 != "" && (err != nil || len(sum) != 32 || m.SHA256 != strings.ToLower(m.SHA256)):
		return errors.New("sha256 is not 64 lower-case hexadecimal digits")
	case !slices.Contains([]string{Speech, Detector, Language, Voice}, m.Purpose):
		return fmt.Errorf("unknown purpose %q", m.Purpose)
	case len(m.Places) == 0:
		return errors.New("no place to get it from")
	}
	for _, p := range m.Places {
		if err := p.check(); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		if m.SHA256 == "" && p.URL == "" {
			return fmt.Errorf("%s: a model that is not pinned can only come from a hub that sends a checksum", p)
		}
	}
	return nil
}

func (p Place) check() error {
	set := 0
	for _, is := range []bool{p.URL != "", len(p.Packages) > 0, p.From != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		return errors.New("a place is one of url, packages and from")
	}
	if u, err := url.Parse(p.URL); p.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || p.Recipe != "") {
		return errors.New("a url must be https and has no recipe")
	}
	if p.From != "" && p.Recipe == "" {
		return errors.New("from needs a recipe")
	}
	for _, pkg := range p.Packages {
		name, version, pinned := strings.Cut(pkg.Pip, "==")
		if !pinned || name == "" || version == "" || strings.HasPrefix(name, "-") {
			return fmt.Errorf("package %q is not pinned with ==", pkg.Pip)
		}
		for _, t := range pkg.Take {
			if t.Member == "" || t.Bytes <= 0 || (t.As == "") != (p.Recipe == "") || t.As != "" && t.As != filepath.Base(t.As) {
				return fmt.Errorf("package %q: a member with its size is needed, and a file name just when there is a recipe", pkg.Pip)
			}
		}
	}
	return nil
}

// Find returns the model with this name or file name.
func (m Manifest) Find(name string) (Model, bool) {
	for _, model := range m {
		if model.Name == name || model.File == name {
			return model, true
		}
	}
	return Model{}, false
}

// Choose returns the named models with all they need, in manifest order; no names
// means the default set.
func (m Manifest) Choose(names ...string) (Manifest, error) {
	want := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		model, ok := m.Find(name)
		if !ok {
			return fmt.Errorf("no model is called %q; known: %s", name, strings.Join(m.names(), ", "))
		}
		if want[model.Name] {
			return nil
		}
		want[model.Name] = true
		for _, n := range model.Needs {
			if err := add(n); err != nil {
				return err
			}
		}
		return nil
	}
	if len(names) == 0 {
		for _, model := range m {
			if model.Default {
				names = append(names, model.Name)
			}
		}
	}
	for _, n := range names {
		if err := add(n); err != nil {
			return nil, err
		}
	}
	var chosen Manifest
	for _, model := range m {
		if want[model.Name] {
			chosen = append(chosen, model)
		}
	}
	return chosen, nil
}

func (m Manifest) names() []string {
	var names []string
	for _, model := range m {
		names = append(names, model.Name)
	}
	return names
}

// Path says where the model that a setting names lies: a path is taken as it is, a
// name or file name of the manifest is a file in dir, and anything else is a model
// that was imported under that name. It does not look whether the file is there.
func (m Manifest) Path(dir, name string) string {
	if filepath.IsAbs(name) || strings.ContainsRune(name, os.PathSeparator) {
		return name
	}
	if model, ok := m.Find(name); ok {
		return filepath.Join(dir, model.File)
	}
	if filepath.Ext(name) == ".bin" || filepath.Ext(name) == ".gguf" {
		return filepath.Join(dir, name)
	}
	return filepath.Join(dir, "ggml-"+name+".bin")
}
