package agent

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
)

// A verb is an order that needs no model. Only a whole utterance is a verb:
// "stop" is, "stop the music at nine" isn't.
type verb string

const (
	verbNone    verb = ""
	verbStop    verb = "stop"    // hush, end what runs
	verbCancel  verb = "cancel"  // give up the youngest task
	verbUndo    verb = "undo"    // take the last effect back
	verbStatus  verb = "status"  // say what runs and what waits
	verbRepeat  verb = "repeat"  // say the last report again
	verbInbox   verb = "inbox"   // put the oldest waiting decision again
	verbNote    verb = "note"    // open a note
	verbEndNote verb = "endnote" // close it
	verbGrants  verb = "grants"  // say what may be done without asking
)

// verbs lists what counts as a verb, after plain has taken case, punctuation and
// courtesies away.
var verbs = map[string]verb{
	"stop": verbStop, "stop it": verbStop, "stop that": verbStop, "stop talking": verbStop, "be quiet": verbStop,
	"quiet": verbStop, "hush": verbStop, "shut up": verbStop, "enough": verbStop, "stop everything": verbStop,
	"멈춰": verbStop, "멈춰줘": verbStop, "그만": verbStop, "그만해": verbStop, "그만해줘": verbStop, "중지": verbStop,
	"정지": verbStop, "스톱": verbStop, "조용히해": verbStop, "조용히해줘": verbStop, "그만말해": verbStop, "멈추세요": verbStop,

	"cancel": verbCancel, "cancel that": verbCancel, "cancel it": verbCancel, "cancel the task": verbCancel,
	"never mind": verbCancel, "nevermind": verbCancel, "forget it": verbCancel, "forget that": verbCancel,
	"취소": verbCancel, "취소해": verbCancel, "취소해줘": verbCancel, "취소해주세요": verbCancel, "그거취소해": verbCancel,
	"그거취소해줘": verbCancel, "됐어취소해": verbCancel,

	"undo": verbUndo, "undo that": verbUndo, "undo it": verbUndo, "take that back": verbUndo, "revert that": verbUndo,
	"put it back": verbUndo, "undo the last one": verbUndo,
	"되돌려": verbUndo, "되돌려줘": verbUndo, "되돌려주세요": verbUndo, "그거되돌려줘": verbUndo, "실행취소": verbUndo, "원래대로해줘": verbUndo,
	"원래대로돌려줘": verbUndo, "방금거되돌려줘": verbUndo,

	"status": verbStatus, "what's running": verbStatus, "what is running": verbStatus, "what are you doing": verbStatus,
	"how far are you": verbStatus, "where are you with that": verbStatus, "what's the status": verbStatus,
	"뭐하고있어": verbStatus, "어디까지했어": verbStatus, "지금뭐해": verbStatus, "상태": verbStatus, "상태알려줘": verbStatus,
	"지금뭐하고있어": verbStatus, "진행상황": verbStatus, "진행상황알려줘": verbStatus,

	"repeat": verbRepeat, "repeat that": verbRepeat, "say that again": verbRepeat, "say it again": verbRepeat,
	"what did you say": verbRepeat, "come again": verbRepeat, "pardon": verbRepeat,
	"다시말해줘": verbRepeat, "다시말해": verbRepeat, "뭐라고했어": verbRepeat, "뭐라고": verbRepeat, "한번더말해줘": verbRepeat,
	"다시한번말해줘": verbRepeat,

	"inbox": verbInbox, "what's waiting": verbInbox, "what is waiting": verbInbox, "what needs me": verbInbox,
	"any decisions": verbInbox, "ask me again": verbInbox, "what do you need": verbInbox, "what needs my approval": verbInbox,
	"대기중인거": verbInbox, "결정할거있어": verbInbox, "뭐기다려": verbInbox, "다시물어봐": verbInbox, "다시물어봐줘": verbInbox,
	"승인할거있어": verbInbox, "내결정기다리는거있어": verbInbox,

	"permissions": verbGrants, "what may you do without asking": verbGrants, "what can you do without asking": verbGrants,
	"list permissions": verbGrants, "list my permissions": verbGrants, "what are your permissions": verbGrants, "standing permissions": verbGrants,
	"what permissions do you have": verbGrants,
	"허락목록":                         verbGrants, "허락한거뭐있어": verbGrants, "안묻고할수있는거뭐야": verbGrants, "허락한거알려줘": verbGrants, "허락목록알려줘": verbGrants,
	"묻지않고해도되는거뭐야": verbGrants, "권한알려줘": verbGrants, "권한목록": verbGrants,

	"take a note": verbNote, "take note": verbNote, "make a note": verbNote, "start a note": verbNote, "new note": verbNote, "open a note": verbNote,
	"메모해줘": verbNote, "메모해": verbNote, "메모": verbNote, "메모시작": verbNote, "메모좀해줘": verbNote, "받아적어줘": verbNote,
	"받아적어": verbNote, "메모해주세요": verbNote,

	"end note": verbEndNote, "end of note": verbEndNote, "end the note": verbEndNote, "close the note": verbEndNote,
	"finish the note": verbEndNote, "stop the note": verbEndNote, "that's the note": verbEndNote,
	"메모끝": verbEndNote, "메모끝내": verbEndNote, "메모끝내줘": verbEndNote, "메모닫아": verbEndNote, "메모종료": verbEndNote, "메모그만": verbEndNote,
}

// courtesies are taken off either end of an utterance before it is looked up.
var courtesies = []string{"please", "deputy", "hey deputy", "okay deputy", "ok deputy", "now", "right now", "좀", "제발", "이제", "데퓨티"}

// plain brings an utterance into the form in which verbs are listed: lower case,
// no punctuation, single spaces, courtesies gone; Korean without spaces, since
// the recogniser sets them as it likes.
func plain(text string) string {
	text = strings.NewReplacer("’", "'", "ʼ", "'", "‘", "'").Replace(strings.ToLower(text))
	f := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	text = strings.Join(f, " ")
	for again := true; again; {
		again = false
		for _, c := range courtesies {
			if t := strings.TrimSuffix(text, " "+c); t != text {
				text, again = t, true
			}
			if t := strings.TrimPrefix(text, c+" "); t != text {
				text, again = t, true
			}
		}
	}
	if strings.ContainsFunc(text, isHangul) {
		text = strings.ReplaceAll(text, " ", "")
	}
	return text
}

func isHangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// readVerb is the verb that the whole utterance is.
func readVerb(text, _ string) verb {
	p := plain(text)
	if v, ok := verbs[p]; ok {
		return v
	}
	// A stop may be said more than once, in haste: "stop, stop, stop".
	words := strings.Fields(p)
	if len(words) > 1 && verbs[words[0]] == verbStop {
		for _, w := range words {
			if verbs[w] != verbStop {
				return verbNone
			}
		}
		return verbStop
	}
	return verbNone
}

// noteCall is the n-th line of an open note as a call of take_note.
func noteCall(n int, text string) Call {
	args, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		panic(err) // a string always marshals
	}
	return Call{ID: "n" + strconv.Itoa(n), Tool: "take_note", Args: args}
}
