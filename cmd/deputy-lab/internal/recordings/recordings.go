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

// Rows reads the manifests in the folders of a folder: a row for each recording, by the names of the columns, with its
// "folder", and under "path" where it lies.
func Rows(speech string) (rows []map[string]string, err error) {
	manifests, err := filepath.Glob(filepath.Join(speech, "*", "manifest.tsv"))
	if err != nil || len(manifests) == 0 {
		return nil, fmt.Errorf("there is no manifest.tsv in the folders of %s; name the folder of recordings with --speech or DEPUTY_SPEECH", speech)
	}
	for _, m := range manifests {
		data, err := os.ReadFile(m)
		if err != nil {
			return nil, fmt.Errorf("read the list of recordings: %w", err)
		}
		for _, row := range parse(string(data)) {
			row["folder"], row["path"] = filepath.Base(filepath.Dir(m)), filepath.Join(filepath.Dir(m), filepath.FromSlash(row["file"]))
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// parse reads one manifest: tab-separated, the first row names the columns, the first column is the file.
// A folder without a file column holds text only.
func parse(data string) (rows []map[string]string) {
	lines := strings.Split(strings.TrimRight(data, "\n"), "\n")
	columns := strings.Split(lines[0], "\t")
	if strings.TrimSpace(columns[0]) != "file" {
		return nil
	}
	for _, line := range lines[1:] {
		cells, row := strings.Split(line, "\t"), map[string]string{}
		for i, name := range columns {
			cell := ""
			if i < len(cells) {
				cell = strings.TrimSpace(cells[i])
			}
			row[strings.TrimSpace(name)] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// Clips gives the English and Korean recordings whose words are known, in the order of the manifests.
func Clips(speech string) ([]Clip, error) {
	rows, err := Rows(speech)
	return clipsIn(rows), err
}

func clipsIn(rows []map[string]string) (clips []Clip) {
	for _, row := range rows {
		c := Clip{Folder: row["folder"], File: row["file"], Lang: "en"}
		if lang, ok := row["lang"]; ok {
			c.Lang = lang
		}
		for _, cell := range row {
			c.Synthetic = c.Synthetic || strings.HasPrefix(cell, "TTS")
		}
		words, known := reference(row)
		if known && words == "" && c.Lang == "-" {
			c.Lang = "en"
		}
		if c.Reference = words; known && (c.Lang == "en" || c.Lang == "ko") {
			clips = append(clips, c)
		}
	}
	return clips
}

// reference gives the words of a row, and whether they are known. What stands in parentheses is a remark, not speech.
func reference(row map[string]string) (words string, known bool) {
	has := func(column string) bool { _, ok := row[column]; return ok }
	switch {
	case has("transcript"):
		words = row["transcript"]
	case has("keyword"):
		words = row["keyword"]
	case row["label_type"] == "transcript" || row["label_type"] == "keyword",
		row["kind"] == "ASR",
		has("label") && !has("label_type") && !has("kind"):
		words = row["label"]
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
