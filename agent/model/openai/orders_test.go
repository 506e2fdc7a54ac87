package openai

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/model"
	"deputy/configs/phrases"
	"deputy/internal/textnorm"
)

// An orderCase is an order as people speak it and what a good model does with
// it in its first step.
type orderCase struct {
	said  string
	tools string // acceptable tools, "a|b"
	// args are what the call must contain somewhere in its arguments, letters'
	// case aside; "a|b" = one of them.
	args []string
}

// A followCase is an order of which the first step is done: the next reply must
// be words, not another call, and say what counts.
type followCase struct {
	said   string
	call   model.Call
	result string
	says   []string // as orderCase.args
}

// BenchmarkOrders measures how a small model over schema mode carries out spoken
// orders. It takes minutes. The odd cases of the list were not looked at while
// the wording was chosen, but for those about timers and alarms.
//
//	DEPUTY_ORDERS_URL=http://127.0.0.1:8080/v1 DEPUTY_ORDERS_KEY=... go test -run xxx -bench Orders -benchtime 1x -timeout 60m ./agent/model/openai
//
// DEPUTY_ORDERS_HALF=even|odd takes only one half.
func BenchmarkOrders(t *testing.B) {
	url := os.Getenv("DEPUTY_ORDERS_URL")
	if url == "" {
		t.Skip("DEPUTY_ORDERS_URL names no server to measure")
	}
	m := New(Options{BaseURL: url, Key: os.Getenv("DEPUTY_ORDERS_KEY"), Model: os.Getenv("DEPUTY_ORDERS_MODEL"), Tools: Schema, FirstToken: 10 * time.Minute, MaxTokens: 300})
	half := os.Getenv("DEPUTY_ORDERS_HALF")
	score := map[string][2]int{}
	count := func(ok bool, keys ...string) {
		for _, k := range keys {
			s := score[k]
			s[1]++
			if ok {
				s[0]++
			}
			score[k] = s
		}
	}
	tongue := func(said string, text []string, calls []model.Call) {
		if got := strings.Join(text, ""); len(calls) == 0 && got != "" {
			ok := language(got) == language(said)
			count(ok, "replies in the order's language, "+language(said))
			if !ok {
				fmt.Printf("TONGUE %q: got %q\n", said, got)
			}
		}
	}
	began := time.Now()
	for i, c := range orders {
		h := [2]string{"even", "odd"}[i%2]
		if half != "" && half != h {
			continue
		}
		text, calls, err := ask(t.Context(), m, spoken(c.said))
		ok := err == nil && c.right(strings.Join(text, ""), calls)
		count(ok, "orders", "orders "+h, "orders "+language(c.said), "orders to "+c.tools)
		tongue(c.said, text, calls)
		if !ok {
			fmt.Printf("MISS %s %q: got %s %v, want %s %q\n", h, c.said, describe(text, calls), err, c.tools, c.args)
		}
	}
	for i, c := range follows {
		h := [2]string{"even", "odd"}[i%2]
		if half != "" && half != h {
			continue
		}
		p := spoken(c.said)
		p.Messages = append(p.Messages, model.Message{Role: model.Assistant, Calls: []model.Call{c.call}}, model.Message{Role: model.ToolRole, Call: c.call.ID, Text: c.result})
		text, calls, err := ask(t.Context(), m, p)
		ok := err == nil && len(calls) == 0 && containsAll(strings.Join(text, ""), c.says)
		count(ok, "follows", "follows "+h, "follows "+language(c.said))
		tongue(c.said, text, calls)
		if !ok {
			fmt.Printf("MISS %s follow %q: got %s %v, want a reply with %q\n", h, c.said, describe(text, calls), err, c.says)
		}
	}
	for _, k := range sortedKeys(score) {
		fmt.Printf("%-40s %d of %d\n", k, score[k][0], score[k][1])
	}
	fmt.Printf("took %v\n", time.Since(began).Round(time.Second))
}

// spoken is an order with the desk's own instructions.
func spoken(said string) model.Prompt {
	p := order(asHeard(said))
	p.System, p.Language = phrases.Embedded().Prompt("en"), map[string]string{"English": "en", "Korean": "ko"}[language(said)]
	return p
}

// asHeard is an order as the desk gives it to the model: with the time.
// DEPUTY_ORDERS_NOW tries other beginnings out; LANGUAGE in it is the order's own.
func asHeard(said string) string {
	now, set := os.LookupEnv("DEPUTY_ORDERS_NOW")
	if !set {
		now = "(now: Monday 2026-11-23 09:30)\n\n"
	}
	return strings.ReplaceAll(now, "LANGUAGE", language(said)) + said
}

func (c orderCase) right(text string, calls []model.Call) bool {
	if len(calls) == 0 {
		return strings.Contains("|"+c.tools+"|", "|"+replyTool+"|") && containsAll(text, c.args)
	}
	return len(calls) == 1 && strings.Contains("|"+c.tools+"|", "|"+calls[0].Tool+"|") && containsAll(string(calls[0].Args), c.args)
}

func containsAll(s string, want []string) bool {
	s = strings.ToLower(s)
	for _, w := range want {
		any := false
		for _, one := range strings.Split(strings.ToLower(w), "|") {
			any = any || strings.Contains(s, one)
		}
		if !any {
			return false
		}
	}
	return true
}

func describe(text []string, calls []model.Call) string {
	if len(calls) > 0 {
		return fmt.Sprintf("%s %s", calls[0].Tool, calls[0].Args)
	}
	return fmt.Sprintf("reply %q", strings.Join(text, ""))
}

func language(s string) string {
	if textnorm.HasHangul(s) {
		return "Korean"
	}
	return "English"
}

func sortedKeys(m map[string][2]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
