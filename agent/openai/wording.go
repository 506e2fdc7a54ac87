package openai

// The words that schema mode adds to the system message. They were chosen by
// measurement (orders_test.go) and are kept short: a small model on two cores
// reads some forty tokens a second.

const formRules = `Answer with one JSON object {"tool":NAME,"args":{...}}. Tools:
`

const replyLine = `- reply(text): Say something to the user: answer, chat, tell the result, or ask back.
`

const choiceRules = `Small talk, thanks, general knowledge, arithmetic and anything that needs no tool: reply.
When a tool's result is enough to answer, reply with the answer in the user's language. Do nothing that was not asked for.
`

// examples teach the form and the border between tools and reply, and that a
// result is answered. One is shown only if the tool that it needs is there.
var examples = []struct{ needs, said, tool, args string }{
	{"", "hello, how are you?", replyTool, `{"text":"I'm fine. What can I do for you?"}`},
	{"list_files", "what files do I have", "list_files", `{"path":"."}`},
	{"", "오늘 기분 어때?", replyTool, `{"text":"좋아요. 무엇을 도와드릴까요?"}`},
	{"take_note", "우유 사는 거 메모해 줘", "take_note", `{"text":"우유 사기"}`},
	{"run_command", "how much memory is free", "run_command", `{"command":"free -h"}`},
	{"run_command", "Result of run_command: Mem: 8.0Gi total, 5.1Gi free", replyTool, `{"text":"5.1 gigabytes are free."}`},
}
