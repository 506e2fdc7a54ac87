package speed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"deputy/cmd/deputy-lab/internal/recordings"
)

func TestQuantile(t *testing.T) {
	twenty := make([]float64, 20)
	for i := range twenty {
		twenty[i] = float64(20 - i)
	}
	tests := []struct {
		values []float64
		q      float64
		want   string
	}{
		{nil, 0.5, "-"},
		{[]float64{3}, 0.95, "3.00"},
		{[]float64{3, 1, 2}, 0.5, "2.00"},
		{[]float64{4, 1, 2, 3}, 0.5, "2.00"},
		{twenty, 0.95, "19.00"},
		{twenty, 1, "20.00"},
	}
	for _, tt := range tests {
		if got := seconds(quantile(tt.values, tt.q)); got != tt.want {
			t.Errorf("the %v quantile of %v: got %s, want %s", tt.q, tt.values, got, tt.want)
		}
	}
}

func TestThinned(t *testing.T) {
	var six []clip
	for i := range 6 {
		six = append(six, clip{path: fmt.Sprint(i)})
	}
	for n, want := range map[int]string{1: "0", 2: "03", 4: "0134", 6: "012345", 9: "012345"} {
		if got := paths(thinned(six, n)); got != want {
			t.Errorf("%d of six: got %s, want %s", n, got, want)
		}
	}
}

func TestMixedSpreadsTheShorterList(t *testing.T) {
	long := []clip{{path: "a"}, {path: "b"}, {path: "c"}, {path: "d"}}
	short := []clip{{path: "1"}, {path: "2"}}
	for _, got := range []string{paths(mixed(long, short)), paths(mixed(short, long))} {
		if want := "ab1cd2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func paths(clips []clip) string {
	var all []string
	for _, c := range clips {
		all = append(all, c.path)
	}
	return strings.Join(all, "")
}

func TestWantedLeavesOutMachinesAndSingleWords(t *testing.T) {
	all := []recordings.Clip{
		{Folder: "pocketsphinx", File: "a", Reference: "go forward"},
		{Folder: "pocketsphinx", File: "b", Reference: "forward"},
		{Folder: "homecmd_misc", File: "c", Reference: "lights on", Synthetic: true},
		{Folder: "azure_hospitality", File: "d", Reference: "lights on"},
		{Folder: "ko_misc", File: "e", Lang: "ko", Reference: "불 켜 줘"},
	}
	var got []string
	for _, c := range wanted(all) {
		got = append(got, c.File)
	}
	if want := []string{"e", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStatFields(t *testing.T) {
	stat := "812 (a (b) c) S 1 812 812 0 -1 4194560 1 0 0 0 150 25 0 0 20 0 4 0 100 1000 77 18446744073709551615"
	f := statFields(stat)
	if got := strings.Join([]string{f[2], f[11], f[12]}, " "); got != "812 150 25" {
		t.Errorf("got group and times %s, want 812 150 25", got)
	}
	status := "Name:\tx\nRssAnon:\t    2048 kB\nRssFile:\t      10 kB\n"
	for name, want := range map[string]int64{"RssAnon": 2 << 20, "RssFile": 10 << 10, "RssShmem": 0} {
		if got := statusBytes(status, name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	var deputy reply
	line := `{"text":"go","begun":2,"utterances":[
		{"start":0.5,"end":1.5,"endpoint":0.4,"ready":0.4,"took":0.3,"window":1500},
		{"start":2,"end":2.5,"endpoint":0.6,"ready":0.9,"took":0.7,"window":768},
		{"start":3,"end":3.25,"endpoint":0.5,"ready":0.5,"took":0.1,"window":768,"noise":"weak"}]}`
	if err := json.Unmarshal([]byte(line), &deputy); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		got, want answer
	}{
		{"whole", readWhole(reply{Text: "go", Took: 1}, clip{}), answer{Text: "go", Endpoint: 0.6, Total: 1.6, Took: 1, Begun: 1}},
		{"fed", readFed(0.5)(reply{Text: "go", Heard: 3}, clip{end: 2}), answer{Text: "go", Endpoint: 0.5, Total: 1, Took: 0.5, Begun: 1}},
		{"fed, sooner than its endpoint", readFed(0.5)(reply{Text: "go", Heard: 2.25}, clip{end: 2}), answer{Text: "go", Endpoint: 0.5, Total: 0.25, Begun: 1}},
		{"Deputy", readDeputy(0)(deputy, clip{}), answer{Text: "go", Endpoint: 0.6, Total: 0.9, Took: 0.7, Again: true, Begun: 2, end: 3.25, speech: 1.75}},
		{"Deputy, always the full window", readDeputy(1500)(deputy, clip{}), answer{Text: "go", Endpoint: 0.6, Total: 0.9, Took: 0.7, Begun: 2, end: 3.25, speech: 1.75}},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, tt.got, tt.want)
		}
	}
}

// run is a small measurement: a peer that takes twice as long, hears one clip once, and gives another no text.
func run() result {
	r := result{Set: "peers", Machine: "a machine, 2 cores", Threads: 2, Others: 0.031, Rows: []string{"Deputy", "peer"}}
	add := func(row, lang, reference, text string, total, cpu float64) {
		r.visits = append(r.visits, visit{
			Row: row, Clip: reference, Lang: lang, Reference: reference, Speech: 2, CPU: cpu, Resident: 3 << 20,
			answer: answer{Text: text, Endpoint: 0.5, Total: total, Took: total - 0.25},
		})
	}
	add("Deputy", "en", "go forward", "go forward", 0.5, 1)
	add("Deputy", "ko", "불 켜 줘", "불 꺼 줘", 0.75, 1)
	add("peer", "en", "go forward", "Go, forward!", 1, 2)
	add("peer", "ko", "불 켜 줘", "", 0, 2)
	return r
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	if err := run().table(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if got, want := lines[0], "1 English and 1 Korean clips, up to 1 times each, 2 threads, a machine, 2 cores; other programs took 3 % of the cores meanwhile."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, want := range []string{
		"| Deputy | 2 | 0.50 | 0.00 / 0.25 | 0.50 / 0.75 | 1.0 | 0.25 / 0.50 | 0.50 | 1.0 | 3 | 0.0 % | 33.3 % | 0 | 0 | 0 |",
		"| peer | 2 | 0.50 | 0.50 / 0.50 | 1.00 / 1.00 | 2.0 | 0.75 / 0.75 | 1.00 | 2.0 | 3 | 0.0 % | 100.0 % | 1 | 0 | 0 |",
	} {
		if got := strings.Join(strings.Fields(lines[len(lines)-2+i]), " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRawFileGivesTheSameTable(t *testing.T) {
	var raw, first, second bytes.Buffer
	r := run()
	for _, v := range r.visits {
		if err := json.NewEncoder(&raw).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readRaw(bytes.NewReader(raw.Bytes())); err == nil {
		t.Error("got no error from a file without its last line")
	}
	if err := r.writeHead(&raw); err != nil {
		t.Fatal(err)
	}
	again, err := readRaw(&raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.table(&first); err != nil {
		t.Fatal(err)
	}
	if err := again.table(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("got\n%s\nwant\n%s", &second, &first)
	}
}

func TestBetween(t *testing.T) {
	page := "a\n<!-- speed: peers -->\nold\n<!-- end -->\nb\n<!-- speed: levers -->\nkept\n<!-- end -->\n"
	got, err := between(page, "peers", "new\n")
	if want := strings.Replace(page, "old", "new", 1); err != nil || got != want {
		t.Errorf("got %q and error %v, want %q", got, err, want)
	}
	for _, page := range []string{"no marks", "<!-- speed: peers -->\nno end"} {
		if _, err := between(page, "peers", "new"); err == nil {
			t.Errorf("got no error from %q", page)
		}
	}
}
