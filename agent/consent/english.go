package consent

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// english holds what can be said, one phrase of at most nine words a line or a
// word among its like; apostrophes are left out ("dont").
var english = table(map[kind][]string{
	explicit: {
		"approve", "approved", "i approve", "approve it", "approve this", "approve that", "i approve it",
		"i approve this", "i approve that", "its approved", "thats approved", "you are approved", "consider it approved",
		"confirm", "confirmed", "i confirm", "confirm it", "i confirm it", "go ahead", "go a head", "go right ahead", "go ahead and do it",
		"go ahead with it", "go ahead with that", "you can go ahead", "you may go ahead", "go for it", "do it", "do so", "do that", "just do it",
		"please do", "please do it", "please do so", "lets do it", "lets do that", "make it happen", "make it so",
		"proceed", "please proceed", "you may proceed", "you can proceed", "proceed with it", "carry it out", "you may do it", "you can do it",
		"you may do that", "you can do that", "you may", "you have my permission", "you have my approval", "you have my okay", "you have my go ahead",
		"permission granted", "granted", "approval granted", "authorize", "authorized", "authorise", "authorised", "authorize it", "authorise it",
		"i authorize it", "i authorise it", "i authorize this", "accepted", "i accept", "agreed", "i agree", "green light", "you have the green light",
		"by all means", "i give my permission", "i give my approval", "i allow it", "allow it", "allow this", "allow that", "i permit it", "good to go",
		"youre good to go", "ship it", "execute", "i consent", "i give my consent", "thats a yes", "that is a yes", "im saying yes",
		"i give you the go ahead", "my answer is yes", "the answer is yes", "yes is my answer", "its a yes", "it is a yes", "its a yes from me", "its a yes to that",
	},
	weak: {
		"yes", "yeah", "yep", "yup", "ya", "aye", "yea", "yes yes", "okay", "ok", "okey", "okie", "sure", "sure thing", "all right", "alright",
		"fine", "good", "great", "cool", "correct", "perfect", "affirmative", "absolutely", "definitely", "certainly", "of course",
		"sounds good", "looks good", "sounds fine", "thats fine", "thats good", "thats right", "thats correct", "that is fine", "that is good", "that is right", "that is correct", "that sounds good", "that looks good",
		"sounds good to me", "looks good to me", "good idea", "you bet", "totally", "that would be great", "that would be good", "that would be fine", "thatd be great", "thatd be good", "thatd be fine",
		"fine by me", "fine with me", "okay with me", "okay by me", "works for me", "very well", "very good", "i do", "roger", "roger that", "exactly", "indeed", "lets go",
	},
	action: slices.Collect(maps.Keys(englishOrders)),
	object: {"for this", "for this one", "for these", "for that", "about this", "about that", "about it", "about this one", "about these"},
	filler: {
		"please", "deputy", "now", "then", "well", "so", "oh", "ah", "um", "uh", "er", "hey", "just", "right now",
		"thanks", "thank you", "thank you very much", "thanks a lot", "and", "for me", "right away", "immediately", "at once", "i say", "sir", "maam", "actually", "hm", "hmm", "mm", "umm", "uhh", "ohh", "ahh",
		"this once", "just this once", "only this once", "just this time", "only this time", "this time only", "just for now", "for this time",
	},
	always: slices.Concat(
		combine("dont ask|do not ask|never ask|no need to ask|dont need to ask|dont have to ask|do not need to ask|do not have to ask|neednt ask|without asking",
			"|me", "|again|any more|anymore|every time|each time|ever again|next time|about this again|about that again|for this again|that again|this again"),
		combine("next time", "dont ask|do not ask|just do it", "|me"),
		combine("always yes|yes always|auto approve|approve automatically"),
		combine("always", "allow|approve|permit|authorize|authorise|accept|do|confirm", "|it|this|that|these|them|this one|this kind"),
		combine("you", "dont need to ask|dont have to ask|need not ask|neednt ask", "|me", "|again|any more|anymore|every time|each time"),
	),
	ever: {"always", "from now on", "every time", "each time", "every single time", "for good", "permanently", "in future", "in the future", "every time from now on", "for all time", "forever"},
	refuse: {
		"no", "nope", "nah", "naw", "nay", "noo", "never", "never mind", "nevermind", "no thanks", "no thank you", "no way", "noway", "hell no", "nuh uh", "uh uh", "nix",
		"stop", "stops", "stopped", "stopping", "stop it", "stop that", "halt", "quit", "abort", "aborted", "cancel", "canceled", "cancelled", "cancel it", "cancel that", "cancelling", "canceling",
		"deny", "denied", "i deny it", "decline", "declined", "reject", "rejected", "refuse", "refused", "disapprove", "disapproved", "disallow", "disallowed",
		"forbid", "forbidden", "prohibit", "prohibited", "veto", "vetoed", "negative", "revoke", "revoked", "retract", "withdraw", "unapprove", "unapproved", "denying", "refusing", "rejecting", "declining",
		"forget it", "forget about it", "forget that", "leave it", "leave it alone", "leave that", "leave me alone", "drop it", "drop that", "scrap it", "scrap that", "scratch that", "skip", "skip it", "skip that", "skip this",
		"kill it", "back off", "back out", "knock it off", "cut it out", "call it off", "hands off", "shut up", "go away",
		"ill pass", "i will pass", "i pass", "pass", "pass on that", "hard pass", "kill that", "shelve it", "shelve that", "sounds bad", "looks bad", "changed my mind", "take it back", "i take it back", "bad idea", "terrible idea", "wrong", "thats wrong", "incorrect", "of course not", "absolutely not", "certainly not", "definitely not",
		"thumbs down", "over my dead body", "dont you dare", "rather not", "better not", "not a chance", "no chance", "enough", "thats enough", "thatll be all", "no go", "on second thought", "could you not", "can you not", "would you not", "please not",
	},
	negate: {
		"not", "do not", "does not", "did not", "will not", "would not", "can not", "should not", "must not", "dont", "doesnt", "didnt", "wont", "wouldnt", "cant", "cannot", "couldnt", "shouldnt", "isnt", "arent", "wasnt", "werent", "havent",
		"hasnt", "hadnt", "aint", "mustnt", "neednt", "shant", "mightnt", "nt", "don t", "doesn t", "didn t", "won t", "wouldn t", "can t", "couldn t",
		"shouldn t", "isn t", "aren t", "wasn t", "weren t", "haven t", "hasn t", "ain t", "mustn t", "needn t", "nothing", "none", "neither", "nor", "nobody",
		"hardly", "barely", "refrain", "avoid", "anything but", "far from", "unable", "unwilling", "unhappy", "against", "non", "dnot", "donot", "dont t", "nowhere", "object", "unacceptable", "opposed", "noone",
	},
	ack: {"got it", "i got it", "i see", "understood", "i understand", "noted", "i hear you", "makes sense", "that makes sense"},
	evade: {
		"no problem", "no problems", "not a problem", "no worries", "dont worry", "do not worry", "no doubt", "why not", "no objection", "no objections", "not bad",
		"dont mind", "do not mind", "wouldnt mind", "cant wait", "cannot wait", "no big deal", "not sure", "not certain", "dont know", "do not know", "dont care", "do not care",
		"no idea", "no comment", "no rush", "no hurry", "dunno", "nothing wrong", "whether or not", "no matter", "no harm", "not only", "cant decide", "cannot decide", "havent decided", "not decided", "uh huh", "mm hmm", "mhm", "its okay", "thats okay", "its fine", "its all right", "thats all right", "its alright", "im good", "im fine", "im okay", "all good",
		"always ask", "always ask me", "ask me every time", "ask every time", "ask me each time", "ask each time", "keep asking", "keep asking me", "keep on asking",
		"no questions", "no further questions", "no more questions", "nothing else", "nothing more", "no complaints", "dont see why not", "do not see why not", "cant see why not", "see no reason why not",
	},
	yet: {"yet", "just yet", "right this moment", "at the moment"},
	hold: {
		"not yet", "not now", "not right now", "not just yet", "not today", "not at the moment", "not at this time", "not this time yet",
		"wait", "waiting", "wait a minute", "wait a second", "wait a moment", "hold", "hold on", "hold off", "hold it", "hold up", "hang on", "one moment", "a moment", "just a moment", "moment please",
		"one second", "one sec", "a sec", "a second", "just a second", "just a sec", "one minute", "a minute", "just a minute", "give me a minute", "give me a second", "later", "later on", "in a bit", "in a while",
		"pause", "postpone", "postponed", "delay", "delayed", "defer", "snooze", "tomorrow", "tonight", "this afternoon", "this evening", "this weekend", "next week", "next month", "next time", "after lunch", "after dinner", "after the meeting",
		"let me think", "sleep on it", "put it on ice", "think it over", "let me check", "let me see", "let me look", "let me read", "think about it", "need to think", "some other time", "another time", "ask me again", "ask again later", "ask me later", "remind me", "come back to", "get back to you", "put it off", "maybe later", "on hold", "slow down",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "noon", "midnight", "eventually",
	},
	repeat: {
		"repeat", "repeat that", "repeat it", "pardon", "pardon me", "say again", "say that again", "say it again", "come again", "one more time", "once more", "again please", "what was that",
		"excuse me", "huh", "sorry", "what did you say", "read that again", "read it again", "didnt hear", "did not hear", "didnt catch", "did not catch", "couldnt hear", "could not hear", "cant hear", "cannot hear", "missed that", "missed it", "didnt get that", "what again", "again",
	},
	explain: {
		"explain", "explain it", "explain that", "details", "detail", "the details", "tell me more", "more info", "more information", "more details", "elaborate", "read it", "read it out", "read it to me", "read it aloud",
		"show me", "describe", "describe it", "clarify", "what for", "tell me about", "dont understand", "do not understand", "didnt understand", "dont get it", "not clear", "unclear", "dont follow", "dont see why", "wonder",
	},
	ask: append([]string{
		"what", "whats", "why", "whys", "how", "hows", "who", "whos", "whom", "whose", "where", "wheres", "when", "whens", "which", "what if", "really", "how about", "what about", "seriously",
	}, pairs("is are am was were does did can could will would should shall may might have has isnt arent doesnt didnt wont cant couldnt wouldnt shouldnt do",
		"i you we they he she it this that there the these those", "do it", "do this", "do that")...),
	condition: {
		"if", "unless", "until", "till", "once", "after", "before", "provided", "providing", "assuming", "as long as", "so long as", "on condition", "on the condition", "depending", "depends", "as soon as", "in case", "whenever", "while", "first", "subject to", "or",
	},
	but: {"but", "however", "though", "although", "except", "except for", "only"},
	amend: {
		"instead", "change", "changed", "replace", "add", "adjust", "modify", "edit", "fix", "rewrite", "shorten", "make it", "make that", "make the", "make this", "make them",
		"without", "also", "rather than", "instead of", "apart from", "other than", "leave out", "take out", "increase", "reduce", "lower", "raise", "rename",
	},
	hedge: {
		"maybe", "perhaps", "probably", "possibly", "i guess", "guess so", "i think", "think so", "i suppose", "suppose so", "kind of", "sort of", "might", "could", "i dunno", "hopefully", "whatever", "if you must", "up to you", "you decide", "im joking", "just kidding", "kidding", "joking", "almost", "nearly", "pretend", "hypothetically", "supposedly", "allegedly", "as if",
	},
})

// times puts a thing off in English: "in ten minutes", "at five", "half an hour from now".
var times = ending{hold, false, regexp.MustCompile(`\b(in (\S+ ){1,4}(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)|(give me|another) (\S+ ){1,3}(minutes?|mins?|hours?|days?)|(\S+ ){1,2}(minutes?|hours?|days?|weeks?) from now` +
	`|(at|around|by) (half past |quarter past |a quarter past |quarter to |a quarter to |about )?(\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)|(this|in the|tomorrow) (morning|afternoon|evening)|at night|\S+ o ?clock)\b`)}

// pairs is every word of a with every word of b ("is it"), but for some.
func pairs(a, b string, but ...string) []string {
	not := map[string]bool{}
	for _, s := range but {
		not[s] = true
	}
	var out []string
	for _, x := range strings.Fields(a) {
		for _, y := range strings.Fields(b) {
			if s := x + " " + y; !not[s] {
				out = append(out, s)
			}
		}
	}
	return out
}

// combine is every way to go through the lists, of which | separates two
// choices and an empty one leaves a place out.
func combine(lists ...string) []string {
	out := []string{""}
	for _, l := range lists {
		var longer []string
		for _, head := range out {
			for tail := range strings.SplitSeq(l, "|") {
				longer = append(longer, strings.TrimSpace(head+" "+tail))
			}
		}
		out = longer
	}
	return out
}

// table turns the lists over. A phrase in two lists is of the kind that
// approves less: the greater number.
func table(lists map[kind][]string) map[string]kind {
	t := map[string]kind{}
	for k, phrases := range lists {
		for _, p := range phrases {
			t[p] = max(t[p], k)
		}
	}
	return t
}
