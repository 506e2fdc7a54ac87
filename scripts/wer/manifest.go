package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// clip is one recording with what was said in it.
type clip struct {
	folder, file string
	lang         string // en or ko
	reference    string // "" where nothing is said
}

func (c clip) key() string { return c.folder + "/" + filepath.ToSlash(c.file) }

// readManifests gives the English and Korean recordings whose words are known, in the order of the manifests.
func readManifests(speech string) ([]clip, error) {
	names, err := filepath.Glob(filepath.Join(speech, "*", "manifest.tsv"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no manifest.tsv in the folders of %s", speech)
	}
	var clips []clip
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		clips = append(clips, parseManifest(filepath.Base(filepath.Dir(name)), string(data))...)
	}
	return clips, nil
}

// parseManifest reads one manifest: tab-separated, the first row names the columns, the first column is the file.
// A folder without a file column holds text only.
func parseManifest(folder, data string) []clip {
	rows := strings.Split(strings.TrimRight(data, "\n"), "\n")
	columns := map[string]int{}
	for i, name := range strings.Split(rows[0], "\t") {
		columns[strings.TrimSpace(name)] = i
	}
	if i, ok := columns["file"]; !ok || i != 0 {
		return nil
	}
	var clips []clip
	for _, row := range rows[1:] {
		cells := strings.Split(row, "\t")
		cell := func(name string) string {
			if i, ok := columns[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		c := clip{folder: folder, file: cells[0], lang: "en"}
		if _, ok := columns["lang"]; ok {
			c.lang = cell("lang")
		}
		var known bool
		c.reference, known = reference(columns, cell)
		if known && c.reference == "" && c.lang == "-" {
			c.lang = "en"
		}
		if known && (c.lang == "en" || c.lang == "ko") {
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
