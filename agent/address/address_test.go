package address

import "testing"

var names = Names{"Deputy", "데퓨티"}

func TestRead(t *testing.T) {
	for _, tt := range []struct{ text, rest string }{
		{"Deputy, write a list.", "write a list."},
		{"deputy write a list", "write a list"},
		{"Hey Deputy, what's the weather in Busan?", "what's the weather in Busan?"},
		{"Okay, Deputy. Remind me at 9 to call Anna.", "Remind me at 9 to call Anna."},
		{"Deputy, read \"notes.txt\".", "read \"notes.txt\"."},
		{"Deputy.", ""},
		{"Hey, deputy!", ""},
		{"Deputy is it going to rain tomorrow?", "is it going to rain tomorrow?"},
		{"Deputy, is the report done?", "is the report done?"},
		{"Deputy what's waiting?", "what's waiting?"},
		{"Deputy can you send it?", "can you send it?"},
		{"Deputy I need a list", "I need a list"},
		{"Good morning, Deputy, what's running?", "what's running?"},
		// What whisper wrote for the name.
		{"That beauty, write a shopping list.", "write a shopping list."},
		{"That putty, send it.", "send it."},
		{"Deputee, write this down.", "write this down."},
		{"Depute, write this down.", "write this down."},
		// Korean, and the two mixed.
		{"데퓨티야, 메모해 줘.", "메모해 줘."},
		{"데퓨티 메모해 줘", "메모해 줘"},
		{"헤이 데퓨티, 내일 날씨 알려 줘.", "내일 날씨 알려 줘."},
		{"데퓨티님, 시작해 주세요.", "시작해 주세요."},
		{"대퓨티, 보고서 요약해 줘.", "보고서 요약해 줘."},
		{"디퓨티야 알람 맞춰 줘", "알람 맞춰 줘"},
		{"데퓨티.", ""},
		{"Deputy, 메모해 줘.", "메모해 줘."},
		{"데퓨티, write a list", "write a list"},
	} {
		rest, ok := names.Read(tt.text)
		if !ok || rest != tt.rest {
			t.Errorf("%q: got %q, %v, want %q", tt.text, rest, ok, tt.rest)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{
		"", ".", "write a list", "The deputy said no.", "My deputy, Anna, will call.", "Ask the deputy.", "Stop, deputy.", "No, Deputy, don't.",
		"Deputy mayor Kim said so.", "Deputy Kim is here.", "Deputy is ill today.", "Deputy is a fine job.", "Deputy said he would come.",
		"Deputy arrested two men.", "Deputies, come in.", "Deputies are elected.", "Deputy's car is blue.", "Deputy and sheriff came.",
		"They put the kettle on.", "They put it there.", "The party, she said, was good.", "The body, they say, was found.", "The pretty one, please.",
		"Duty calls.", "Debut album of the year.", "Depending on it, we go.", "Tepid, isn't it?", "Beauty, they say, is skin deep.", "Capital T, please.",
		"데퓨티가 말했어.", "데퓨티의 말은 틀려.", "데퓨티는 누구야?", "데퓨티한테 물어봐.", "대표팀 감독이 왔어.", "대표, 빨리 와.", "데이트, 해 봤어?", "우리 데퓨티, 어디 갔어?",
	} {
		if rest, ok := names.Read(text); ok {
			t.Errorf("%q is taken for an address with the order %q", text, rest)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Hey Deputy, write")
	f.Add("데퓨티야 \xff 메모")
	f.Fuzz(func(t *testing.T, text string) {
		rest, ok := names.Read(text)
		if len(rest) > len(text) || !ok && rest != text {
			t.Errorf("%q: got %q, %v", text, rest, ok)
		}
		Names{text}.Read("Deputy, write a list.") // any name can be configured
	})
}
