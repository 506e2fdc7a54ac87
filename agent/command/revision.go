package command

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"
)

// revisionData says what counts as criticism of a finished task; how it is written
// stands in it.
//
//go:embed revisions.txt
var revisionData string

var revisions = readRevisions(revisionData)

func readRevisions(data string) (out []*regexp.Regexp) {
	lists := []string{} // name, alternatives, ...
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, is := strings.CutPrefix(line, "> ")
		if is {
			out = append(out, regexp.MustCompile(`^(?:`+strings.NewReplacer(lists...).Replace(pattern)+`)$`))
			continue
		}
		name, list, _ := strings.Cut(line, ": ")
		list = strings.NewReplacer(lists...).Replace(strings.NewReplacer(" ", "|", "_", " ").Replace(list))
		lists = append(lists, "{"+name+"}", "(?:"+list+")")
	}
	return out
}

// IsRevision says whether an utterance reads as criticism of what was just done, and
// as nothing else: what names a thing of its own is an order.
func IsRevision(text string) bool {
	if len([]rune(text)) > 120 {
		return false
	}
	text = strings.NewReplacer("’", "", "'", "").Replace(strings.ToLower(text))
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	for _, r := range revisions {
		if r.MatchString(text) {
			return true
		}
	}
	return false
}
