package event

// An Entry describes one type of event.
type Entry struct {
	Body  Body   // its zero value
	From  string // who tells it
	Fold  string // what state.Apply makes of it, or what follows for passing news
	Since int    // the schema that first had it; 0 for passing news, which isn't written
}

// Catalogue lists all events. docs/architecture.md shows it.
var Catalogue = []Entry{
	{Heard{}, "listener, terminal, socket", "when the owner spoke last, and in which language", 1},
	{Ignored{}, "Step", "one more was overheard", 1},
	{Overheard{}, "Step", "the count of what was overheard is written down", 1},
	{Opened{}, "Desk.Run", "a new session: what was being said was not heard to its end", 1},
	{ClockSet{}, "Desk.Run", "times of what was said move with the clock", 1},
	{Replied{}, "executor", "the model's turn joins the conversation", 1},
	{RetryRequested{}, "Step", "the request joins the conversation", 1},
	{Refused{}, "Step", "the call has its answer", 1},
	{TaskOpened{}, "Step", "a task", 1},
	{TaskRevised{}, "Step", "a finished task goes on", 1},
	{Dictated{}, "Step", "a line of the open note", 1},
	{TaskClosed{}, "Step", "the task's end", 1},
	{Reported{}, "Step", "the report was heard to its end", 1},
	{Intended{}, "Step", "an effect, frozen, with its level", 1},
	{Asked{}, "Step", "an ask, and a task that waits", 1},
	{AskPresented{}, "Step", "the ask is being said, with its code word", 1},
	{AskDelivered{}, "Step", "it was heard to its end: answers count from here", 1},
	{Explained{}, "Step", "how far its details were read out", 1},
	{AskDeferred{}, "Step", "the ask is in the inbox", 1},
	{AskResumed{}, "Step", "the ask is back from the inbox", 1},
	{AskSuspended{}, "Step", "the ask made room for an order", 1},
	{QueueRead{}, "Step", "the owner may name one of these asks", 1},
	{Answered{}, "socket", "nothing: decided follows", 1},
	{Decided{}, "Step", "the ask is gone", 1},
	{EffectDelayed{}, "Step", "the effect begins when its grace is over", 1},
	{Retracted{}, "Step", "the delayed effect will not begin", 1},
	{Started{}, "Step", "from here on never simply run again", 1},
	{Ended{}, "executor", "how the effect ended and what it gave", 1},
	{Permitted{}, "Step", "the live effect may have this part by itself", 2},
	{Steered{}, "Step", "the owner's words belong to the task", 2},
	{CancelRequested{}, "Step", "the live effect was called off", 2},
	{Undone{}, "executor", "the effect was taken back", 1},
	{Granted{}, "Step", "a standing permission", 1},
	{Used{}, "Step", "one use of it less", 1},
	{Revoked{}, "Step", "it is gone", 1},
	{Reminded{}, "Step", "the reminder rang", 1},
	{Notified{}, "Step", "nothing: it was said", 1},
	{Repaired{}, "deputy log repair", "permissions are gone, open tasks end", 1},
	{Speech{}, "listener", "somebody speaks", 0},
	{Silence{}, "listener", "what came of speech has been told", 0},
	{Listened{}, "listener", "up to when the room was listened to", 0},
	{Called{}, "listener", "an utterance begins with the name", 0},
	{Queued{}, "voice", "a line is with the voice", 0},
	{Speaking{}, "voice", "it is audible", 0},
	{Spoken{}, "voice", "what was heard of it", 0},
	{Chimed{}, "voice", "an acknowledgement sounded", 0},
	{Thinking{}, "executor", "a turn was asked for", 0},
	{Begun{}, "executor", "its first piece has come", 0},
	{Sentence{}, "executor", "it can be spoken", 0},
	{Planned{}, "executor", "policy judges it", 0},
	{GrantScoped{}, "executor", "it is asked for", 0},
	{Progressed{}, "executor", "how far a live effect is", 0},
	{PermissionAsked{}, "executor", "policy judges it", 0},
	{TimerFired{}, "executor", "what is due", 0},
	{Notice{}, "whoever lacks something", "passing: it is said", 0},
	{Withdrawn{}, "socket", "passing: grant.revoked follows", 0},
}
