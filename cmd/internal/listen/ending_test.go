package listen

import "testing"

func TestEndings(t *testing.T) {
	for _, tt := range []struct {
		text, lang           string
		finished, unfinished bool
	}{
		{"Send the report to finance.", "en", true, false},
		{"Send the report to", "en", false, true},
		{"Send the report to.", "en", false, true},
		{"Send it to Anna and", "en", false, true},
		{"What time is it?", "en", true, false},
		{"Turn it on.", "en", true, false},
		{"Tell me where it is.", "en", true, false},
		{"Well...", "en", false, true},
		{"no", "en", false, false},
		{"", "en", false, false},
		{"보고서를 보내 줘", "ko", true, false},
		{"보고서를 보내 주세요.", "ko", true, false},
		{"보고서를", "ko", false, true},
		{"보고서를 읽고", "ko", false, true},
		{"회의는 세 시입니다", "ko", true, false},
	} {
		if got := soundsFinished(tt.text, tt.lang); got != tt.finished {
			t.Errorf("soundsFinished(%q) is %v", tt.text, got)
		}
		if got := soundsUnfinished(tt.text, tt.lang); got != tt.unfinished {
			t.Errorf("soundsUnfinished(%q) is %v", tt.text, got)
		}
	}
}
