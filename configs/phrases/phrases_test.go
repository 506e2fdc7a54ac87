package phrases

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deputy/internal/textnorm"
)

// names lists the values a sentence can use.
func names(text string) []string {
	var out []string
	for _, m := range optional.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// all are the phrases with those of the tools, read from their folders.
var all = sync.OnceValue(func() *Phrases {
	found, err := filepath.Glob("../../agent/tools/*/tools.yaml")
	if err != nil || len(found) < 5 {
		panic(fmt.Sprint("the phrases of the tools are not found: ", found, err))
	}
	var about [][]byte
	for _, name := range found {
		raw, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		about = append(about, raw)
	}
	p, err := Embedded().With(about...)
	if err != nil {
		panic(err)
	}
	return p
})

// TestWithRefuses: phrases of tools that would replace one, or are in one language only.
func TestWithRefuses(t *testing.T) {
	for _, about := range []string{
		"phrases: {en: {ask: {generic: x}}, ko: {ask: {generic: x}}}", "phrases: {en: {ask: {fly: x}}}", "phrases: {en: {ask: {fly: x}}, ko: {ask: {swim: x}}}", "phrases: {fr: {ask: {fly: x}}}", "phrases: [",
	} {
		if _, err := Embedded().With([]byte(about)); err == nil {
			t.Errorf("%s: got no error", about)
		}
	}
}

// needed lists the values a sentence must have.
func needed(text string) []string { return names(optional.ReplaceAllString(text, "")) }

func TestLanguagesSayTheSameThings(t *testing.T) {
	en, ko := all().books["en"], all().books["ko"]
	for key, text := range en.sentences {
		other, ok := ko.sentences[key]
		if !ok {
			t.Errorf("%s is missing in Korean", key)
			continue
		}
		if diff := cmp.Diff(names(text), names(other)); diff != "" {
			t.Errorf("%s: the placeholders differ (-en +ko):\n%s", key, diff)
		}
		for lang, s := range map[string]string{"en": text, "ko": other} {
			if s == "" || strings.Count(s, "{") != len(placeholder.FindAllString(s, -1)) {
				t.Errorf("%s %s is empty or has a brace that is no placeholder: %q", lang, key, s)
			}
			if rest := optional.ReplaceAllString(s, ""); strings.ContainsAny(rest, "<>|") {
				t.Errorf("%s %s has an optional part that is not closed: %q", lang, key, s)
			}
			if lang == "en" && strings.Contains(s, "[") {
				t.Errorf("en %s has a particle: %q", key, s)
			}
			if rest := placeholder.ReplaceAllString(s, ""); strings.Contains(rest, "[") {
				t.Errorf("%s %s: a particle that follows no placeholder can't be chosen: %q", lang, key, s)
			}
		}
	}
	for key := range ko.sentences {
		if _, ok := en.sentences[key]; !ok {
			t.Errorf("%s is missing in English", key)
		}
	}
	if len(en.prompt) < 200 || len(ko.prompt) < 200 {
		t.Errorf("a prompt is missing: %d and %d bytes", len(en.prompt), len(ko.prompt))
	}
}

func TestPhrase(t *testing.T) {
	values := map[string]string{
		"to": "finance@acme.example", "address": "finance@acme.example", "subject": "Q3 figures", "path": "회의록.txt", "old": "사과", "new": "귤", "size": "3 kB",
		"code": "falcon", "heard": "falling", "query": "{to}\n\x1b[2J  rent\u202e",
	}
	cases := []struct{ lang, key, want string }{
		{"en", "ask.mail", `Send an e-mail to finance@acme.example, a new recipient.`},
		{"ko", "ask.mail", `finance@acme.example 앞으로 메일을 보냅니다. 처음 보내는 주소입니다.`},
		{"en", "ask.code", "Say no, or say: go ahead, falcon."},
		{"ko", "ask.delete", "회의록.txt를 삭제합니다. 크기는 3 kB입니다."},
		{"ko", "quote.edit", `"사과"가 "귤"로 바뀝니다.`},
		{"en", "ask.search", `Search your files for "{to} [2J rent".`},
		{"fr", "say.done", "Done."},
		{"en", "ask.nonsense", "[ask.nonsense]"},
		{"en", "ask.command", "Run the command: [command]."},
	}
	for _, c := range cases {
		if got := all().Phrase(c.lang, c.key, values); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.lang, c.key, got, c.want)
		}
	}
}

func TestOptionalParts(t *testing.T) {
	values := map[string]string{"to": "kim@a.example", "subject": "<warning|x> {to}", "name": "", "new": "yes"}
	for lang, want := range map[string]string{
		"en": `sent the e-mail "<warning|x> {to}" to kim@a.example`,
		"ko": `kim@a.example 앞으로 "<warning|x> {to}" 메일 보내기`,
	} {
		if got := all().Phrase(lang, "done.mail", values); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
	values["name"], values["new"] = "Kim", ""
	if got, want := all().Phrase("en", "done.mail", values), `sent the e-mail "<warning|x> {to}" to Kim, kim@a.example`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParticle(t *testing.T) {
	cases := []struct{ word, with, without, want string }{
		{"나무", "을", "를", "를"}, {"산", "을", "를", "을"}, {"서울", "으로", "로", "로"}, {"서울", "을", "를", "을"},
		{"부산", "으로", "로", "으로"}, {"대구", "으로", "로", "로"}, {"report 3", "을", "를", "을"}, {"report 2", "을", "를", "를"},
		{"a.html", "으로", "로", "로"}, {"a.html", "을", "를", "을"}, {"ITEM", "이", "가", "이"}, {"", "을", "를", "를"}, {"닭!", "을", "를", "을"},
	}
	for _, c := range cases {
		if got := particle(c.word, c.with, c.without); got != c.want {
			t.Errorf("%q + %s/%s: got %s, want %s", c.word, c.with, c.without, got, c.want)
		}
	}
}

func TestCodeWords(t *testing.T) {
	for _, lang := range Languages {
		words := all().CodeWords(lang)
		if len(words) < 24 {
			t.Errorf("%s: got %d words, want at least 24", lang, len(words))
		}
		for i, a := range words {
			for _, b := range words[:i] {
				if d := textnorm.Distance(textnorm.Letters(a), textnorm.Letters(b)); d < 3 {
					t.Errorf("%s: %s and %s differ in %d sounds only", lang, a, b, d)
				}
				if lang == "en" && (a[:2] == b[:2] || a[len(a)-3:] == b[len(b)-3:]) {
					t.Errorf("en: %s and %s begin or end alike", a, b)
				}
				if lang == "ko" && []rune(a)[0] == []rune(b)[0] {
					t.Errorf("ko: %s and %s begin alike", a, b)
				}
			}
		}
	}
	all().CodeWords("en")[0] = "changed"
	if got := all().CodeWords("en")[0]; got == "changed" {
		t.Error("a caller can change the list for all")
	}
}

// Every key that a part of Deputy says must exist, and every placeholder of it must be
// given. The parts name keys in plain string literals, so their source can be read.
func TestKeysInUseExist(t *testing.T) {
	root := moduleRoot(t)
	used := 0
	for _, dir := range []string{"agent", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil // it is being written
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					used += checkCall(t, path, n)
				case *ast.CompositeLit:
					used += checkAction(t, path, n)
				}
				return true
			})
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if used == 0 {
		t.Error("no key in use was found: does the scan still fit the source?")
	}
}

var spokenKey = regexp.MustCompile(`^(ask|say|err|done)\.[a-z_]+$`)

// checkCall looks at tell(lang, "say.x", "name", value, ...) and its kin.
func checkCall(t *testing.T, path string, call *ast.CallExpr) int {
	for i, arg := range call.Args {
		key, ok := literal(arg)
		if !ok || !spokenKey.MatchString(key) {
			continue
		}
		text, exists := all().books["en"].sentences[key]
		if !exists {
			t.Errorf("%s: there is no phrase %s", filepath.Base(path), key)
			return 1
		}
		given := map[string]bool{}
		pairs := true
		for j := i + 1; j < len(call.Args); j += 2 {
			name, ok := literal(call.Args[j])
			pairs = pairs && ok
			given[name] = true
		}
		for _, name := range needed(text) {
			if pairs && !given[name] {
				t.Errorf("%s: %s needs {%s}, which is not given", filepath.Base(path), key, name)
			}
		}
		return 1
	}
	return 0
}

// checkAction looks at Action{Phrase: "x", Values: map[string]string{...}}, and at
// GrantScope, which has a phrase of its own.
func checkAction(t *testing.T, path string, lit *ast.CompositeLit) int {
	phrase, given := "", map[string]bool{}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return 0
		}
		name, ok := kv.Key.(*ast.Ident)
		if !ok {
			return 0
		}
		switch name.Name {
		case "Phrase":
			phrase, _ = literal(kv.Value)
		case "Values":
			values, ok := kv.Value.(*ast.CompositeLit)
			if !ok {
				return 0 // built elsewhere: can't be seen here
			}
			for _, v := range values.Elts {
				if kv, ok := v.(*ast.KeyValueExpr); ok {
					key, _ := literal(kv.Key)
					given[key] = true
				}
			}
		}
	}
	if phrase == "" {
		return 0
	}
	keys := []string{"ask." + phrase, "done." + phrase}
	if of, ok := lit.Type.(*ast.SelectorExpr); ok && of.Sel.Name == "GrantScope" {
		keys = []string{"grant." + phrase}
	}
	for _, key := range keys {
		text, ok := all().books["en"].sentences[key]
		if !ok {
			t.Errorf("%s: there is no phrase %s", filepath.Base(path), key)
			continue
		}
		for _, name := range needed(text) {
			if !given[name] {
				t.Errorf("%s: %s needs {%s}, which is not given", filepath.Base(path), key, name)
			}
		}
	}
	return 1
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
}
