package bench

import (
	"strings"
	"testing"

	"deputy/agent/model"
	"deputy/agent/model/openai"
	"deputy/agent/tool"
	"deputy/configs"
)

// TestStandIn: it is asked as a small model is, and answers in the order's language.
func TestStandIn(t *testing.T) {
	s, err := openStandIn()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cfg := configs.Default()
	s.configure(&cfg)
	m := openai.New(openai.Options{BaseURL: cfg.LLM.URL, Model: cfg.LLM.Model, Tools: openai.Mode(cfg.LLM.Tools)})
	for said, want := range map[string]string{
		"(now: Monday; the order before: 메모해 줘)\n\nread the report": standInSays["en"],
		"(now: Monday)\n\n보고서 읽어 줘":                                 standInSays["ko"],
	} {
		var got strings.Builder
		pieces := 0
		for c, err := range m.Next(t.Context(), model.Prompt{
			Tools: []tool.Spec{{Name: "ping"}}, Messages: []model.Message{{Role: model.User, Text: said}},
		}) {
			if err != nil {
				t.Fatal(err)
			}
			if c.Call != nil {
				t.Errorf("%q: got a call of %s, want words", said, c.Call.Tool)
			}
			got.WriteString(c.Text)
			pieces++
		}
		if got.String() != want || pieces < 5 {
			t.Errorf("%q: got %q in %d pieces, want %q streamed", said, got.String(), pieces, want)
		}
	}
}
