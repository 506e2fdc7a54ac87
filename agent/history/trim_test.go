package history

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"deputy/agent/model"
)

// talk is a conversation of that many turns, each with one result of n bytes.
func talk(turns, n int) (conv []model.Message) {
	conv = []model.Message{{Role: model.User, Text: "Compare the pages, please.\n\n(now: Monday)"}}
	for i := range turns {
		id := fmt.Sprintf("c%d.1", i+1)
		conv = append(conv,
			model.Message{Role: model.Assistant, Text: "I read on.", Calls: []model.Call{{ID: id, Tool: "page", Args: json.RawMessage(`{"url":"x"}`)}}},
			model.Message{Role: model.ToolRole, Call: id, Text: strings.Repeat("가나다 abc ", n/13), Untrusted: true, Source: "a page of x"},
		)
	}
	return conv
}

func total(conv []model.Message) (n int) {
	for _, m := range conv {
		n += Size(m)
	}
	return n
}

func TestFitLeavesWhatFits(t *testing.T) {
	conv := talk(5, 1000)
	if got := Trim(conv, 10_000); !reflect.DeepEqual(got, conv) {
		t.Errorf("got %d bytes of %d, want all", total(got), total(conv))
	}
}

func TestFitShortensOldResultsFirst(t *testing.T) {
	conv := talk(30, 1000)
	conv[0].Text += strings.Repeat(" and this too", 50)
	conv[4].Owner, conv[4].Untrusted = true, false
	conv = append(conv, model.Message{Role: model.User, Text: "Your last reply could not be used: " + strings.Repeat("x", 900)})
	before := fmt.Sprint(conv)
	got := Trim(conv, 12_000)
	if fmt.Sprint(conv) != before {
		t.Fatal("the task's own conversation was changed")
	}
	if n := total(got); n > 12_000 {
		t.Errorf("got %d bytes, want at most 12000", n)
	}
	short := 0
	for i, m := range got {
		w := conv[i]
		if m.Role != w.Role || m.Call != w.Call || m.Untrusted != w.Untrusted || m.Source != w.Source || m.Owner != w.Owner || !utf8.ValidString(m.Text) {
			t.Fatalf("message %d: got %+v, want the marks of %+v", i, m, w)
		}
		switch changed := m.Text != w.Text; {
		case changed && (m.Role != model.ToolRole || m.Owner):
			t.Errorf("message %d: the %s's words were changed", i, m.Role)
		case changed && (!strings.HasPrefix(w.Text, m.Text[:strings.Index(m.Text, "\n[")]) || !strings.Contains(m.Text, "bytes are left out here")):
			t.Errorf("message %d: got %q", i, m.Text)
		case changed:
			short = i
		case m.Role == model.ToolRole && !m.Owner && i < short:
			t.Errorf("message %d is whole and a later one isn't", i)
		}
	}
	if last := got[len(got)-2]; last.Text != conv[len(conv)-2].Text {
		t.Error("the result of this turn was shortened")
	}
}

func TestFitShortensOwnCallsAndThisTurn(t *testing.T) {
	long := `"` + strings.Repeat("나는 ", 400) + `"`
	conv := talk(3, 300)
	for i := range conv {
		for k := range conv[i].Calls {
			conv[i].Calls[k].Args = json.RawMessage(`{"path":"a.txt","n":7,"text":` + long + `,"list":[` + long + `]}`)
		}
	}
	conv[len(conv)-1].Text = strings.Repeat("z", 9000)
	got := Trim(conv, 12_000)
	if n := total(got); n > 12_000 {
		t.Errorf("got %d bytes, want at most 12000", n)
	}
	for i, m := range got {
		for _, c := range m.Calls {
			var args struct {
				Path string
				N    int
				Text string
			}
			if err := json.Unmarshal(c.Args, &args); err != nil || args.Path != "a.txt" || args.N != 7 {
				t.Errorf("message %d: got the call %s, %v", i, c.Args, err)
			}
			if this := i >= len(got)-2; this != (args.Text == long[1:len(long)-1]) {
				t.Errorf("message %d: got %d bytes of text; this turn's calls stay whole, others don't", i, len(args.Text))
			}
		}
	}
	if last := got[len(got)-1]; len(last.Text) > 6000 || len(last.Text) < shortResult {
		t.Errorf("got %d bytes of this turn's result, want what is left of the budget", len(last.Text))
	}
}

// TestFitKeepsThePrefix: from turn to turn what was sent stays as it was, but for
// the few times at which room is made; and it always fits.
func TestFitKeepsThePrefix(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 50 {
		conv := talk(0, 0)
		var sent []model.Message
		changed, turns := 0, 60
		for i := range turns {
			conv = append(conv, talk(1, random.IntN(1500))[1:]...)
			if random.IntN(5) == 0 {
				conv[len(conv)-1].Owner = true
				conv[len(conv)-1].Text = "The owner said no."
			}
			got := Trim(conv, 16_000)
			if n := total(got); n > 16_000 {
				t.Fatalf("round %d turn %d: got %d bytes", round, i, n)
			}
			if !reflect.DeepEqual(got, Trim(slices.Clone(conv), 16_000)) {
				t.Fatalf("round %d turn %d: the same conversation came out in two ways", round, i)
			}
			if !reflect.DeepEqual(got[:len(sent)], sent) {
				changed++
			}
			sent = got
		}
		if changed > turns/6 {
			t.Errorf("round %d: what was sent was changed %d times in %d turns", round, changed, turns)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add("a text", 300, 100)
	f.Add(strings.Repeat("한국어", 500), 1000, 50)
	f.Fuzz(func(t *testing.T, text string, n, budget int) {
		n, budget = n&0xfff, budget&0x3fff
		got := shortText(text, n)
		if len(got) > len(text) || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q shortened to %d: got %q", text, n, got)
		}
		conv := talk(3, n)
		conv = append(conv, model.Message{Role: model.Assistant, Text: text, Calls: []model.Call{{Args: json.RawMessage(text)}}}, model.Message{Role: model.ToolRole, Text: text}, model.Message{Role: model.User, Text: text})
		out := Trim(conv, budget)
		if len(out) != len(conv) || total(out) > total(conv) || out[len(out)-1].Text != text || out[0].Text != conv[0].Text {
			t.Errorf("got %v", out)
		}
	})
}
