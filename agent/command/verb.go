package command

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"deputy/agent/model"
	"deputy/internal/textnorm"
)

// A Verb is an order that needs no model. Only a whole utterance is a verb:
// "stop" is, "stop the music at nine" isn't.
type Verb string

const (
	None    Verb = ""
	Stop    Verb = "stop"    // hush, end what runs
	Cancel  Verb = "cancel"  // give up the youngest task
	Undo    Verb = "undo"    // take the last effect back
	Status  Verb = "status"  // say what runs and what waits
	Repeat  Verb = "repeat"  // say the last report again
	Inbox   Verb = "inbox"   // put the oldest waiting decision again
	Note    Verb = "note"    // open a note
	EndNote Verb = "endnote" // close it
	Grants  Verb = "grants"  // say what may be done without asking
)

// verbs lists what counts as a verb, after plain has taken case, punctuation and
// courtesies away.
var verbs = map[string]Verb{
	"stop": Stop, "stop it": Stop, "stop that": Stop, "stop talking": Stop, "be quiet": Stop,
	"quiet": Stop, "hush": Stop, "shut up": Stop, "enough": Stop, "stop everything": Stop,
	"멈춰": Stop, "멈춰줘": Stop, "그만": Stop, "그만해": Stop, "그만해줘": Stop, "중지": Stop,
	"정지": Stop, "스톱": Stop, "조용히해": Stop, "조용히해줘": Stop, "그만말해": Stop, "멈추세요": Stop,

	"cancel": Cancel, "cancel that": Cancel, "cancel it": Cancel, "cancel the task": Cancel,
	"never mind": Cancel, "nevermind": Cancel, "forget it": Cancel, "forget that": Cancel,
	"취소": Cancel, "취소해": Cancel, "취소해줘": Cancel, "취소해주세요": Cancel, "그거취소해": Cancel,
	"그거취소해줘": Cancel, "됐어취소해": Cancel,

	"undo": Undo, "undo that": Undo, "undo it": Undo, "take that back": Undo, "revert that": Undo,
	"put it back": Undo, "undo the last one": Undo,
	"되돌려": Undo, "되돌려줘": Undo, "되돌려주세요": Undo, "그거되돌려줘": Undo, "실행취소": Undo, "원래대로해줘": Undo,
	"원래대로돌려줘": Undo, "방금거되돌려줘": Undo,

	"status": Status, "what's running": Status, "what is running": Status, "what are you doing": Status,
	"how far are you": Status, "where are you with that": Status, "what's the status": Status,
	"뭐하고있어": Status, "어디까지했어": Status, "지금뭐해": Status, "상태": Status, "상태알려줘": Status,
	"지금뭐하고있어": Status, "진행상황": Status, "진행상황알려줘": Status,

	"repeat": Repeat, "repeat that": Repeat, "say that again": Repeat, "say it again": Repeat,
	"what did you say": Repeat, "come again": Repeat, "pardon": Repeat,
	"다시말해줘": Repeat, "다시말해": Repeat, "뭐라고했어": Repeat, "뭐라고": Repeat, "한번더말해줘": Repeat,
	"다시한번말해줘": Repeat,

	"inbox": Inbox, "what's waiting": Inbox, "what is waiting": Inbox, "what needs me": Inbox,
	"any decisions": Inbox, "ask me again": Inbox, "what do you need": Inbox, "what needs my approval": Inbox,
	"대기중인거": Inbox, "결정할거있어": Inbox, "뭐기다려": Inbox, "다시물어봐": Inbox, "다시물어봐줘": Inbox,
	"승인할거있어": Inbox, "내결정기다리는거있어": Inbox,

	"permissions": Grants, "what may you do without asking": Grants, "what can you do without asking": Grants,
	"list permissions": Grants, "list my permissions": Grants, "what are your permissions": Grants, "standing permissions": Grants,
	"what permissions do you have": Grants,
	"허락목록":                         Grants, "허락한거뭐있어": Grants, "안묻고할수있는거뭐야": Grants, "허락한거알려줘": Grants, "허락목록알려줘": Grants,
	"묻지않고해도되는거뭐야": Grants, "권한알려줘": Grants, "권한목록": Grants,

	"take a note": Note, "take note": Note, "make a note": Note, "start a note": Note, "new note": Note, "open a note": Note,
	"메모해줘": Note, "메모해": Note, "메모": Note, "메모시작": Note, "메모좀해줘": Note, "받아적어줘": Note,
	"받아적어": Note, "메모해주세요": Note,

	"end note": EndNote, "end of note": EndNote, "end the note": EndNote, "close the note": EndNote,
	"finish the note": EndNote, "stop the note": EndNote, "that's the note": EndNote,
	"메모끝": EndNote, "메모끝내": EndNote, "메모끝내줘": EndNote, "메모닫아": EndNote, "메모종료": EndNote, "메모그만": EndNote,
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
	if textnorm.HasHangul(text) {
		text = strings.ReplaceAll(text, " ", "")
	}
	return text
}

// Read is the verb that the whole utterance is.
func Read(text, _ string) Verb {
	p := plain(text)
	if v, ok := verbs[p]; ok {
		return v
	}
	// A stop may be said more than once, in haste: "stop, stop, stop".
	words := strings.Fields(p)
	if len(words) > 1 && verbs[words[0]] == Stop {
		for _, w := range words {
			if verbs[w] != Stop {
				return None
			}
		}
		return Stop
	}
	return None
}

// NoteCall is the n-th line of an open note as a call of take_note.
func NoteCall(n int, text string) model.Call {
	args, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		panic(err) // a string always marshals
	}
	return model.Call{ID: "n" + strconv.Itoa(n), Tool: "take_note", Args: args}
}
