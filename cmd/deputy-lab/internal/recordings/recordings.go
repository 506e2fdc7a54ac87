// Package recordings finds the recordings of people that measurements use, and what was said in them by their manifests.
// It knows the manifests' columns and nothing of whoever listens.
package recordings

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Dir is the folder of the recordings: $DEPUTY_SPEECH, else shared/speech beside the checkout.
func Dir() string {
	return cmp.Or(os.Getenv("DEPUTY_SPEECH"), filepath.Join("..", "shared", "speech"))
}

// A Clip is one recording with what was said in it.
type Clip struct {
	Folder, File string
	Lang         string // en or ko
	Reference    string // "" where nothing is said
	Synthetic    bool   // the manifest says that a machine spoke it
}

// Key names the recording: its folder and file, with slashes.
func (c Clip) Key() string { return c.Folder + "/" + filepath.ToSlash(c.File) }

// Manifests gives the English and Korean recordings whose words are known, in the order of the manifests.
func Manifests(speech string) ([]Clip, error) {
	names, err := filepath.Glob(filepath.Join(speech, "*", "manifest.tsv"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no manifest.tsv in the folders of %s", speech)
	}
	var clips []Clip
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		clips = append(clips, Parse(filepath.Base(filepath.Dir(name)), string(data))...)
	}
	return clips, nil
}

// Parse reads one manifest: tab-separated, the first row names the columns, the first column is the file.
// A folder without a file column holds text only.
func Parse(folder, data string) []Clip {
	rows := strings.Split(strings.TrimRight(data, "\n"), "\n")
	columns := map[string]int{}
	for i, name := range strings.Split(rows[0], "\t") {
		columns[strings.TrimSpace(name)] = i
	}
	if i, ok := columns["file"]; !ok || i != 0 {
		return nil
	}
	var clips []Clip
	for _, row := range rows[1:] {
		cells := strings.Split(row, "\t")
		cell := func(name string) string {
			if i, ok := columns[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		c := Clip{Folder: folder, File: cells[0], Lang: "en"}
		if _, ok := columns["lang"]; ok {
			c.Lang = cell("lang")
		}
		for _, cell := range cells {
			c.Synthetic = c.Synthetic || strings.HasPrefix(strings.TrimSpace(cell), "TTS")
		}
		var known bool
		c.Reference, known = reference(columns, cell)
		if known && c.Reference == "" && c.Lang == "-" {
			c.Lang = "en"
		}
		if known && (c.Lang == "en" || c.Lang == "ko") {
			clips = append(clips, c)
		}
	}
	return clips
}

// reference gives the words of a row, and whether they are known. What stands in parentheses is a remark, not speech.
func reference(columns map[string]int, cell func(string) string) (string, bool) {
	var words string
	switch {
	case has(columns, "transcript"):
		words = cell("transcript")
	case has(columns, "keyword"):
		words = cell("keyword")
	case cell("label_type") == "transcript" || cell("label_type") == "keyword",
		cell("kind") == "ASR",
		has(columns, "label") && !has(columns, "label_type") && !has(columns, "kind"):
		words = cell("label")
	}
	if words == "(no speech)" {
		return "", true
	}
	for {
		open := strings.IndexByte(words, '(')
		if open < 0 {
			break
		}
		end := strings.IndexByte(words[open:], ')')
		if end < 0 {
			break
		}
		words = words[:open] + words[open+end+1:]
	}
	words = strings.TrimSpace(words)
	return words, words != ""
}

func has(columns map[string]int, name string) bool {
	_, ok := columns[name]
	return ok
}
