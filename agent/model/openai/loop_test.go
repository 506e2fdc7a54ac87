package openai

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"deputy/agent/model"
)

func TestLoopGuard(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"three times", strings.Repeat("I can also help with lists. ", 3), true},
		{"three times, others between", strings.Repeat("I can also help with lists. Really. I can help with mail, too. ", 3), true},
		{"Korean", strings.Repeat("저는 파일을 읽고 쓸 수 있어요. ", 3), true},
		{"twice", strings.Repeat("I can also help with lists. ", 2), false},
		{"short ones", strings.Repeat("Yes. No! ", 6), false},
		{"short ones, on and on", strings.Repeat("Yes. No! ", 50), true},
		{"lines that differ", "Line one is this. Line two is this. Line three is this.", false},
		{"no sentence", strings.Repeat("la ", 1000), true},
		{"no sentence, laughing", strings.Repeat("ha", 10), false},
		{"a Korean clause that never ends", strings.Repeat("국민의당은 대통령이 손을 내밀면 ", 4), true},
		{"a Korean clause, said twice", strings.Repeat("국민의당은 대통령이 손을 내밀면 안철수 대표와 함께 다시 ", 2), false},
		{"a long clause, three times after others", "It may be so, " + strings.Repeat(strings.Repeat("and then ", 2)+"the minister said that this was not for him to decide, ", 3), true},
		{"as long a clause as is noticed", strings.Repeat(runes(longestRound), 3), true},
		{"a longer one", strings.Repeat(runes(longestRound+1), 3), false},
		{"a long one, without a loop", chatter(3000), false},
		{"a rule", strings.Repeat("-", 300), false},
		{"rows of numbers", strings.Repeat("0, 1, ", 100), false},
	} {
		for n := 1; n < 12; n++ {
			var g loopGuard
			got := false
			for s := tt.text; len(s) > 0; {
				k := min(n, len(s))
				for k < len(s) && s[k]&0xC0 == 0x80 { // pieces are whole runes
					k++
				}
				got = g.take(s[:k]) || got
				s = s[k:]
			}
			if got != tt.want {
				t.Errorf("%s, pieces of %d: got %v, want %v", tt.name, n, got, tt.want)
			}
		}
	}
}

// A call whose text goes round is cut long before the tokens run out, and the model
// is told why; lines that are the same a few times are not.
func TestLoopingCallIsCut(t *testing.T) {
	const begin, end = `{"tool":"write_file","args":{"path":"week.txt","text":"`, `"}}`
	line := `- Plan your schedule for the week.\n`
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"ten lines", strings.Repeat(line, 10), nil},
		{"five lines, long ones", strings.Repeat("- "+runes(150)+`\n`, 5), nil},
		{"a rule", strings.Repeat("=", 2000), nil},
		{"line upon line", strings.Repeat(line, 300), model.ErrMalformed},
		{"two lines in turn", strings.Repeat(line+`- Make a list of all that you need.\n`, 300), model.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				for s := begin + tt.text + end; len(s) > 0 && r.Context().Err() == nil; {
					n := min(50, len(s))
					for n < len(s) && s[n]&0xC0 == 0x80 {
						n++
					}
					stream(w, content(s[:n]))
					s = s[n:]
				}
			})
			_, calls, err := ask(t.Context(), newModel(f, Schema), order("plan my week"))
			if !errors.Is(err, tt.want) || (err == nil) != (len(calls) == 1) {
				t.Errorf("got %d calls and %v, want %v", len(calls), err, tt.want)
			}
			if err != nil && !strings.Contains(err.Error(), "repeats itself") {
				t.Errorf("got %q, want it to say that the reply repeats itself", err)
			}
		})
	}
}

// runes is a text of n letters that are all different.
func runes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune('가' + rune(i))
	}
	return b.String()
}

// chatter is a text of n letters and spaces in no order, without a sentence.
func chatter(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range n {
		b.WriteByte("etaoin "[r.IntN(7)])
	}
	return b.String()
}

// A reply in a loop ends soon, without an error: what was said was said.
func TestLoopingReplyEnds(t *testing.T) {
	for _, mode := range []Mode{Native, Schema} {
		gone := make(chan struct{})
		f := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			if mode == Schema {
				stream(w, content(`{"tool":"reply","args":{"text":"`))
			}
			for r.Context().Err() == nil {
				stream(w, content("I can also help you with lists. "))
			}
		})
		text, calls, err := ask(t.Context(), newModel(f, mode), order("what can you do"))
		if want := 3; err != nil || len(text) != want || len(calls) > 0 {
			t.Errorf("%s: got %d pieces, %d calls and %v, want %d pieces", mode, len(text), len(calls), err, want)
		}
		<-gone
	}
}
