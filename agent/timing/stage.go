package timing

import (
	"strconv"
	"time"
)

func number(n int) string { return strconv.Itoa(n) }

// A Stage names a stretch between two points of a turn.
type Stage string

// The stages, in the order in which they are listed.
const (
	ToEndpoint    Stage = "speech_end_to_endpoint"
	ToReady       Stage = "endpoint_to_transcript"
	ToTranscript  Stage = "speech_end_to_transcript"
	Transcription Stage = "transcription" // alone
	ToAccepted    Stage = "heard_to_accepted"
	ToToken       Stage = "model_asked_to_first_token"
	ToSentence    Stage = "model_asked_to_first_sentence"
	ToReply       Stage = "model_asked_to_done"
	ToWords       Stage = "speech_end_to_first_sentence_or_call"
	ToVoice       Stage = "first_sentence_to_first_sound"
	EndToSound    Stage = "endpoint_to_first_sound"
	ToSound       Stage = "speech_end_to_first_sound"
	ToDone        Stage = "speech_end_to_done"
	ToPosed       Stage = "ask_composed_to_posed"
	ToAnswer      Stage = "ask_posed_to_answer"
	ToDecision    Stage = "answer_to_decision"
	ToStart       Stage = "decision_to_effect"
	ToEnd         Stage = "effect"
)

// Stages are all of them.
var Stages = []Stage{
	ToEndpoint, ToReady, ToTranscript, Transcription, ToAccepted, ToToken, ToSentence, ToReply, ToWords, ToVoice, EndToSound, ToSound, ToDone,
	ToPosed, ToAnswer, ToDecision, ToStart, ToEnd,
}

// A Span is one stage of one turn.
type Span struct {
	Stage Stage
	Took  time.Duration
}

// Spans are the stages of the turn whose both ends came, each as often as it
// came. Where speech has no end, since the line was typed, its being heard
// counts.
func (t *Turn) Spans() []Span {
	var spans []Span
	add := func(s Stage, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() && !to.Before(from) {
			spans = append(spans, Span{s, to.Sub(from)})
		}
	}
	add(ToEndpoint, t.SpeechEnd, t.Endpoint)
	add(ToReady, t.Endpoint, t.Ready)
	add(ToTranscript, t.SpeechEnd, t.Ready)
	if t.Took > 0 {
		spans = append(spans, Span{Transcription, t.Took})
	}
	add(ToAccepted, t.Heard, t.Accepted)
	for _, r := range t.Replies {
		add(ToToken, r.Asked, r.Token)
		add(ToSentence, r.Asked, r.Sentence)
		add(ToReply, r.Asked, r.Ended)
	}
	if len(t.Replies) > 0 {
		add(ToVoice, t.Replies[0].Sentence, t.Sound)
	}
	add(EndToSound, t.Endpoint, t.Sound)
	if t.Kind != Resumed { // its own beginning is in another session
		add(ToWords, t.Began(), t.words())
		add(ToSound, t.Began(), t.Sound)
		add(ToDone, t.Began(), t.Done)
	}
	for _, f := range t.Effects {
		add(ToPosed, f.Composed, f.Posed)
		add(ToAnswer, f.Posed, f.Answered)
		add(ToDecision, f.Answered, f.Decided)
		add(ToStart, f.Decided, f.Started)
		add(ToEnd, f.Started, f.Ended)
	}
	return spans
}

// words is when the model's first sentence, or its first reply that is none, was
// there.
func (t *Turn) words() time.Time {
	if len(t.Replies) == 0 {
		return time.Time{}
	}
	if r := t.Replies[0]; !r.Sentence.IsZero() {
		return r.Sentence
	}
	return t.Replies[0].Ended
}
