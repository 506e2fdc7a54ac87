package tools

import (
	"regexp"
	"strings"
)

// sed judges the script of sed: it may run commands (e), write (w) and edit in
// place.
func (b *bench) sed(c command) {
	if c.open() || c.shifting() {
		b.unclear(c.name)
	}
	script, files := false, 0
	for i := 0; i < len(c.args); i++ {
		a := c.args[i].text
		option, text, valued := strings.Cut(a, "=")
		switch {
		case option == "--expression" && valued:
			script = true
			b.sedScript(c.args[i], text)
		case a == "-e" || a == "--expression" || strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && strings.HasSuffix(a, "e") && strings.Trim(a, "-nErsuze") == "":
			if i++; i < len(c.args) {
				script = true
				b.sedScript(c.args[i], c.args[i].text)
			}
		case strings.HasPrefix(a, "-i") || option == "--in-place" || strings.HasPrefix(a, "-") && strings.Trim(strings.TrimSuffix(a, "i"), "-nErsuz") == "" && strings.HasSuffix(a, "i"):
			b.deletes("sed -i")
			b.paths(command{name: c.name, args: c.args[min(i+1, len(c.args)):]})
		case len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "nErsuz") == "", a == "--quiet", a == "--regexp-extended", a == "--null-data", a == "--separate":
		case strings.HasPrefix(a, "-") && len(a) > 1:
			b.unclear("sed " + a)
		case !script && files == 0:
			script = true
			b.sedScript(c.args[i], a)
		default:
			files++
		}
	}
}

func (b *bench) sedScript(v value, text string) {
	if v.open() || !plainSed(text) {
		b.unclear("sed")
	}
}

// plainSed says whether a script only prints, deletes and substitutes lines.
func plainSed(s string) bool {
	if strings.Contains(s, "[]") || strings.Contains(s, "[^]") {
		return false // not every sed agrees where such a class ends
	}
	for s = strings.TrimLeft(s, " ;\n\t"); s != ""; s = strings.TrimLeft(s, " ;\n\t") {
		s = sedAddress.ReplaceAllString(s, "")
		s = strings.TrimLeft(s, " !")
		if s == "" {
			return false
		}
		op := s[0]
		s = s[1:]
		switch {
		case strings.IndexByte("pdqDPGHhxNn=", op) >= 0:
		case op == 's' || op == 'y':
			rest, ok := sedParts(s)
			if !ok {
				return false
			}
			n := len(rest) - len(strings.TrimLeft(rest, "gipIP0123456789")) // no e, m or w
			if op == 'y' {
				n = 0
			}
			s = rest[n:]
		default:
			return false
		}
		if s = strings.TrimLeft(s, " "); s != "" && s[0] != ';' && s[0] != '\n' {
			return false
		}
	}
	return true
}

var sedAddress = regexp.MustCompile(`^(?:(?:[0-9]+(?:~[0-9]+)?|\$|/(?:[^/\\\n]|\\.)*/I?)(?: ?, ?(?:[+~]?[0-9]+|\$|/(?:[^/\\\n]|\\.)*/I?))?)`)

// sedParts skips "/a/b/" with any delimiter.
func sedParts(s string) (string, bool) {
	if s == "" || s[0] == '\\' || s[0] == '\n' || s[0] >= 0x80 {
		return "", false
	}
	delimiter, seen, class := s[0], 0, false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '[':
			class = true
		case s[i] == ']':
			class = false
		case s[i] == delimiter:
			if class && seen == 0 {
				return "", false // in a class or not: too fine a question
			}
			if seen++; seen == 2 {
				return s[i+1:], true
			}
		case s[i] == '\n':
			return "", false
		}
	}
	return "", false
}

// awk judges a program of awk: it may run commands and write files.
func (b *bench) awk(c command) {
	if c.open() || c.shifting() {
		b.unclear(c.name)
	}
	for i := 0; i < len(c.args); i++ {
		a := c.args[i].text
		switch {
		case a == "-F" || a == "-v":
			i++
		case strings.HasPrefix(a, "-F") || strings.HasPrefix(a, "-v"):
		case a == "-f" && i+1 < len(c.args) && c.args[i+1].exact() && !strings.HasPrefix(c.args[i+1].text, "/dev/") && c.args[i+1].text != "-":
			return // a script of the workspace
		case strings.HasPrefix(a, "-") && a != "--":
			b.unclear(c.name + " " + a)
			b.beyond(c)
			return
		case a == "--":
		default:
			if awkRuns.MatchString(strings.ReplaceAll(awkText.ReplaceAllString(a, `""`), "||", "")) {
				b.unclear(c.name)
			} else if awkWrites.MatchString(awkText.ReplaceAllString(a, `""`)) {
				b.deletes(c.name + " print >")
				b.unclear(c.name)
			}
			return
		}
	}
}

var (
	awkText   = regexp.MustCompile(`"(?:[^"\\\n/]|\\[nt])*"`)
	awkRuns   = regexp.MustCompile(`system|[|@\\]|getline|close|fflush|ENVIRON|/inet`)
	awkWrites = regexp.MustCompile(`print[^;}\n]*>`)
)
