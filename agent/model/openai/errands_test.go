package openai

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/model"
)

// An errand is an order that takes several steps on the files of errandFiles.
type errand struct {
	said string
	// want are effects in order of their keys, "tool target", each with words that
	// it must contain ("a|b" = one of them): nothing else may happen.
	want  map[string][]string
	says  []string // words of the last reply
	reads string   // the file without which the answer would be a guess
}

var errandFiles = map[string]string{
	"report.txt":    "Third quarter: sales rose by 12 percent to 4.1 million euros, mostly because of the new shop in Busan.",
	"budget.csv":    "item,euro\nrent,900\nfood,350\ntrain,80\n",
	"meeting.md":    "# Meeting\nTuesday, 10:00, room 4\nBring the budget.\n",
	"groceries.txt": "milk\neggs\nrice\n",
}

var errands = []errand{
	{"summarize report.txt in one sentence and save it as summary.txt", map[string][]string{"write_file summary.txt": {"12|twelve|sales|busan"}}, nil, "report.txt"},
	{"how much do I pay for the train according to my budget", nil, []string{"80|eighty"}, "budget.csv"},
	{"move the meeting in meeting.md to Thursday", map[string][]string{"edit_file meeting.md": {"thursday"}}, nil, ""},
	{"read the report and mail the main result to boss@example.com", map[string][]string{"send_mail boss@example.com": {"12|sales|4.1|busan"}}, nil, "report.txt"},
	{"what do I need to buy", nil, []string{"milk", "eggs", "rice"}, "groceries.txt"},
	{"in which room is the meeting", nil, []string{"4|four"}, "meeting.md"},
	{"delete the groceries list", map[string][]string{"delete_file groceries.txt": nil}, nil, ""},
	{"copy meeting.md to backup.md", map[string][]string{"write_file backup.md": {"10:00", "room 4"}}, nil, "meeting.md"},
	{"보고서를 읽고 한 문장으로 요약해 줘", nil, []string{"12|매출|부산"}, "report.txt"},
	{"예산에서 식비가 얼마야?", nil, []string{"350|삼백오십"}, "budget.csv"},
	{"meeting.md에서 화요일을 수요일로 고쳐 줘", map[string][]string{"edit_file meeting.md": {"수요일|wednesday"}}, nil, ""},
	{"회의가 몇 시에 있어?", nil, []string{"10|열"}, "meeting.md"},
	{"장보기 목록을 읽어 줘", nil, []string{"milk|우유", "eggs|계란|달걀"}, "groceries.txt"},
	{"report.txt를 한국어로 번역해서 report-ko.txt로 저장해 줘", map[string][]string{"write_file report-ko.txt": {"매출|판매", "12"}}, nil, "report.txt"},
	{"내가 매달 내는 월세를 메모해 줘", map[string][]string{"take_note": {"900|구백"}}, nil, "budget.csv"},
	{"회의 준비물을 메모해 줘", map[string][]string{"take_note": {"예산|budget"}}, nil, "meeting.md"},
}

// BenchmarkErrands measures orders of several steps, as BenchmarkOrders does
// single ones. DEPUTY_ORDERS_HALF counts here, too.
func BenchmarkErrands(b *testing.B) {
	url := os.Getenv("DEPUTY_ORDERS_URL")
	if url == "" {
		b.Skip("DEPUTY_ORDERS_URL names no server to measure")
	}
	m := New(Options{BaseURL: url, Key: os.Getenv("DEPUTY_ORDERS_KEY"), Model: os.Getenv("DEPUTY_ORDERS_MODEL"), Tools: Schema, FirstToken: 10 * time.Minute, MaxTokens: 400})
	right, all, stray := 0, 0, 0
	for i, e := range errands {
		half := [2]string{"even", "odd"}[i%2]
		if h := os.Getenv("DEPUTY_ORDERS_HALF"); h != "" && h != half {
			continue
		}
		d := errandDesk{files: maps.Clone(errandFiles), effects: map[string]string{}, read: map[string]bool{}}
		said, steps, err := d.run(b, m, e.said)
		ok := err == nil && containsAll(said, e.says) && len(d.effects) == len(e.want) && (e.reads == "" || d.read[e.reads])
		for k, words := range e.want {
			ok = ok && d.has(k, words)
		}
		all++
		if ok {
			right++
		}
		for k := range d.effects {
			wanted := false
			for w := range e.want {
				wanted = wanted || strings.HasPrefix(k, w)
			}
			if !wanted {
				stray++
			}
		}
		fmt.Printf("%v %s %q: %s | effects %q | %q %v\n", ok, half, e.said, strings.Join(steps, " > "), d.effects, said, err)
	}
	fmt.Printf("errands right %d of %d, effects that nobody ordered %d\n", right, all, stray)
}

// An errandDesk carries calls out on files in memory and keeps what it did.
type errandDesk struct {
	files   map[string]string
	effects map[string]string
	read    map[string]bool
}

func (d *errandDesk) has(key string, words []string) bool {
	for k, v := range d.effects {
		if strings.HasPrefix(k, key) && containsAll(v, words) {
			return true
		}
	}
	return false
}

func (d *errandDesk) run(b *testing.B, m *Model, said string) (last string, steps []string, err error) {
	p := order(asHeard(said))
	for range 8 {
		text, calls, err := ask(b.Context(), m, p)
		if err != nil {
			return "", steps, err
		}
		last = strings.Join(text, "")
		if len(calls) == 0 {
			return last, steps, nil
		}
		c := calls[0]
		steps = append(steps, c.Tool+" "+string(c.Args))
		p.Messages = append(p.Messages, model.Message{Role: model.Assistant, Calls: calls}, model.Message{Role: model.ToolRole, Call: c.ID, Text: d.do(c)})
	}
	return "", steps, fmt.Errorf("still going after %d steps", len(steps))
}

func (d *errandDesk) do(c model.Call) string {
	var a map[string]string
	if err := json.Unmarshal(c.Args, &a); err != nil {
		return "error: " + err.Error()
	}
	path := strings.TrimPrefix(a["path"], "./")
	text, there := d.files[path]
	switch c.Tool {
	case "list_files":
		return strings.Join(slices.Sorted(maps.Keys(d.files)), "\n")
	case "search_files":
		var hits []string
		for _, name := range slices.Sorted(maps.Keys(d.files)) {
			if strings.Contains(strings.ToLower(name+"\n"+d.files[name]), strings.ToLower(a["query"])) {
				hits = append(hits, name)
			}
		}
		return orNothing(strings.Join(hits, "\n"))
	case "run_command", "fetch_page":
		return "error: that failed"
	case "take_note":
		d.effects["take_note"] = a["text"]
		return "noted"
	case "remind":
		d.effects["remind"] = a["text"]
		return "reminder set"
	case "send_mail":
		d.effects["send_mail "+a["to"]] = a["subject"] + " " + a["body"]
		return "sent"
	case "write_file":
		d.effects["write_file "+path], d.files[path] = a["text"], a["text"]
		return "written"
	}
	if !there {
		return "error: there is no file " + path + "; the files are " + strings.Join(slices.Sorted(maps.Keys(d.files)), ", ")
	}
	switch c.Tool {
	case "read_file":
		d.read[path] = true
		return text
	case "delete_file":
		d.effects["delete_file "+path] = ""
		delete(d.files, path)
		return "deleted"
	}
	if !strings.Contains(text, a["old"]) || a["old"] == "" {
		return "error: the old passage is not in " + path + "; read the file first"
	}
	d.files[path] = strings.Replace(text, a["old"], a["new"], 1)
	d.effects["edit_file "+path] = d.files[path]
	return "edited"
}
