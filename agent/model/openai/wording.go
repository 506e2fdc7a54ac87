package openai

// The words that schema mode adds to the system message. They were chosen by
// measurement (orders_test.go, errands_test.go). With eleven tools the message is
// some 750 tokens, which a small model on two cores reads in half a minute: once,
// then it is in the server's prompt cache.

const formRules = `Answer with one JSON object {"tool":NAME,"args":{...}}. Tools:
`

const replyLine = `- reply(text): Say something to the user: answer, chat, tell the result, or ask back.
`

const choiceRules = `Small talk, thanks, general knowledge and arithmetic: reply at once, without a tool.
Lists, meetings, budgets, reports and the like are in files. Read a file before you answer from it, change it, summarize it or send it.
When the order is done, reply with the result. Do nothing that was not asked for.
`

// examples teach the form, the border between tools and reply, to read a file
// before its text is used, and that a result is answered. One is shown only if
// the tool that it needs is there, and the one that it calls.
var examples = []struct{ needs, said, tool, args string }{
	{"", "hello, how are you?", replyTool, `{"text":"I'm fine. What can I do for you?"}`},
	{"", "who wrote Hamlet", replyTool, `{"text":"William Shakespeare."}`},
	{"", "삼 더하기 사는?", replyTool, `{"text":"7입니다."}`},
	{"list_files", "what files do I have", "list_files", `{"path":"."}`},
	{"take_note", "우유 사는 거 메모해 줘", "take_note", `{"text":"우유 사기"}`},
	{"remind", "세 시에 약 먹으라고 알려 줘", "remind", `{"text":"약 먹기","when":"세 시"}`},
	{"remind", "timer, 20 minutes, for the rice", "remind", `{"text":"The rice is done.","when":"20 minutes"}`},
	{"run_command", "how much memory is free", "run_command", `{"command":"free -h"}`},
	{"run_command", "Result of run_command: Mem: 8.0Gi total, 5.1Gi free", replyTool, `{"text":"5.1 gigabytes are free."}`},
	{"write_file", "make letter.txt shorter and save it as short.txt", "read_file", `{"path":"letter.txt"}`},
	{"write_file", "Result of read_file: Dear Ann, I write to tell you that the rent goes up to 700 in May.", "write_file", `{"path":"short.txt","text":"The rent goes up to 700 in May."}`},
	{"write_file", "Result of write_file: written", replyTool, `{"text":"I saved the short version as short.txt."}`},
	{"edit_file", "change the color in style.txt to blue", "read_file", `{"path":"style.txt"}`},
	{"edit_file", "Result of read_file: color: red", "edit_file", `{"path":"style.txt","old":"color: red","new":"color: blue"}`},
	{"read_file", "열쇠 목록에 뭐가 있어?", "list_files", `{"path":"."}`},
	{"read_file", "Result of list_files: keys.txt taxes.csv", "read_file", `{"path":"keys.txt"}`},
	{"read_file", "Result of read_file: house, car", replyTool, `{"text":"집 열쇠와 차 열쇠가 있어요."}`},
}
