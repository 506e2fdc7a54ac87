package authority

import (
	"strings"
	"unicode"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/cmd/internal/app"
)

// codeAlone is the one kind that counts with the held key only.
const codeAlone = "code word alone"

// A kind is a way of deciding. {code} stands for the code word of the ask.
type kind struct {
	name  string
	level int // of the ask: 2, 3 or 4
	want  consent.Reading
	// says are tried once each; again is what is said after a "no clear answer",
	// "" repeats the first.
	says  []string
	again string
}

// script is what an owner may say, by language.
var script = map[string][]kind{
	"en": {
		{"approval in so many words", 2, consent.Approve, []string{"Go ahead.", "Yes, go ahead.", "I approve."}, "Yes, go ahead."},
		{"short yes", 2, consent.Approve, []string{"Yes.", "Okay."}, "Yes, go ahead."},
		{"approve + code word", 3, consent.Approve, []string{"Approve {code}.", "Yes, approve {code}."}, "Approve {code}."},
		{"go ahead + code word", 3, consent.Approve, []string{"Go ahead, {code}."}, "Go ahead, {code}."},
		{codeAlone, 3, consent.Approve, []string{"{code}."}, "Go ahead, {code}."},
		{"denial", 2, consent.Deny, []string{"No.", "Stop."}, "No, don't do it."},
		{"denial", 3, consent.Deny, []string{"No, don't.", "Don't send it."}, "No, don't do it."},
	},
	"ko": {
		{"approval in so many words", 2, consent.Approve, []string{"진행해.", "네, 진행해 줘.", "승인합니다."}, "네, 진행해 줘."},
		{"short yes", 2, consent.Approve, []string{"네.", "응."}, "네, 진행해 줘."},
		{"승인 + code word", 3, consent.Approve, []string{"승인 {code}.", "네, 승인 {code}."}, "승인 {code}."},
		{codeAlone, 3, consent.Approve, []string{"{code}."}, "승인 {code}."},
		{"denial", 2, consent.Deny, []string{"아니요.", "취소해."}, "아니, 하지 마."},
		{"denial", 3, consent.Deny, []string{"하지 마.", "보내지 마."}, "아니, 하지 마."},
	},
}

// others are no approvals: whatever is heard of them, nothing may be approved.
var others = map[string][]string{
	"en": {
		"No.", "Stop.", "No, don't.", "Don't do it.", "Not okay.", "I don't approve.", "Never mind.", "Not now.", "Later.", "Wait a moment.",
		"What does it do?", "Who is it for?", "Why?", "Okay, but what does it cost?", "Is that really necessary?",
		"Yes, but make it shorter.", "Okay, if Anna agrees.", "Go ahead after lunch.", "Only if it is free.", "Yes, once the figures are right.",
		"Maybe.", "I guess so.", "I am not sure.", "Approve.", "Approve it.",
	},
	"ko": {
		"아니요.", "하지 마.", "안 돼.", "취소해.", "그만.", "나중에.", "잠깐만.", "뭐 하는 건데?", "누구한테 보내?", "왜?",
		"네, 그런데 얼마야?", "좋아, 짧게 고치면.", "점심 먹고 나서 해.", "아마도.", "잘 모르겠어.",
	},
}

// An asking is one ask as it is posed.
type asking struct {
	level int
	code  string
	said  []string
}

// ask poses one with a code word, if the level demands it.
func ask(lang string, level int, code string) asking {
	p := app.Words()
	if level == 2 {
		return asking{level, "", []string{p.Phrase(lang, "ask.command", map[string]string{"command": "git fetch"}) + " " + p.Phrase(lang, "ask.plain", nil)}}
	}
	if level == 4 {
		return asking{level, "", []string{p.Phrase(lang, "ask.generic", map[string]string{"summary": "git fetch"}) + " " + p.Phrase(lang, "ask.seal", map[string]string{"ask": "a1"})}}
	}
	text := p.Phrase(lang, "ask.mail", map[string]string{"name": "finance", "address": "", "new": "", "warning": ""})
	return asking{level, code, []string{text + " " + p.Phrase(lang, "ask.code", map[string]string{"code": code})}}
}

// read is what consent makes of one utterance as an answer to the ask: the one
// place that knows how a question and an answer are put to it.
func (a asking) read(h voices.Heard) consent.Reading {
	return consent.Read(consent.Question{
		Level: a.level, Code: a.code, Said: a.said,
	}, consent.Answer{
		Text: h.Text, Language: h.Language, Key: h.Key, Confidence: h.Confidence, Lowest: h.Lowest,
		NoSpeech: h.NoSpeech, Voiced: h.Voiced, SNR: h.SNR,
	}).Reading
}

// first is what becomes of the first utterance that is speech: what is said after
// it would meet another posing. Of what is taken for noise a refusal counts.
func (a asking) first(heard []voices.Heard, key bool) consent.Reading {
	for _, h := range heard {
		h.Key = key
		if r := a.read(h); h.Filtered == "" || r == consent.Deny {
			return r
		}
	}
	return consent.Unclear
}

// fill puts the code word in, and begins with a capital, as a sentence does.
func fill(text, code string) string {
	first := []rune(strings.ReplaceAll(text, "{code}", code))
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}
