package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"deputy/audio"
	"deputy/stt"
)

// encode makes a 16-bit mono WAV of samples. What isn't a number is silence, what
// is too loud is clipped.
func encode(samples []float32) []byte {
	const header = 44
	size := 2 * len(samples)
	b := make([]byte, 0, header+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(header-8+size))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1} { // PCM, one channel
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, audio.Rate)
	b = binary.LittleEndian.AppendUint32(b, 2*audio.Rate)
	for _, v := range []uint16{2, 16} { // bytes a frame, bits a sample
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	for _, s := range samples {
		if s != s {
			s = 0
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(max(-1, min(1, s))*math.MaxInt16)))
	}
	return b
}

// read fills out from a reply. Servers that give no segments leave the evidence
// unknown (zero); what is out of range is brought back into it.
func read(out *stt.Transcript, r openai.AudioResponse, fixed string) {
	out.Text = strings.TrimSpace(strings.ToValidUTF8(r.Text, ""))
	out.Language = stt.LanguageCode(r.Language)
	if fixed != "" {
		out.Language, out.LanguageProb = fixed, 1
	}
	var length, conf, nosp float64
	for _, s := range r.Segments {
		start, end := seconds(s.Start), seconds(s.End)
		if n := len(out.Segments); n > 0 {
			start = max(start, out.Segments[n-1].Start)
		}
		end = max(end, start)
		// Whisper's own servers give the mean log probability; 0 means not given.
		p := 0.0
		if s.AvgLogprob < 0 {
			p = math.Exp(s.AvgLogprob)
		}
		seg := stt.Segment{Text: strings.TrimSpace(s.Text), Start: start, End: end, Confidence: float32(p)}
		if len(out.Segments) == 0 || seg.Confidence < out.Lowest {
			out.Lowest = seg.Confidence
		}
		out.Segments = append(out.Segments, seg)
		w := max((end - start).Seconds(), 0.01)
		length += w
		conf += w * p
		nosp += w * unit(s.NoSpeechProb)
	}
	if length > 0 {
		out.Confidence = max(float32(unit(conf/length)), out.Lowest)
		out.NoSpeech = float32(unit(nosp / length))
	}
}

func unit(p float64) float64 {
	if p != p {
		return 0
	}
	return max(0, min(1, p))
}

func seconds(s float64) time.Duration {
	if s != s || s < 0 {
		return 0
	}
	return time.Duration(min(s, 1e6) * float64(time.Second))
}

// refusesFormat says that err is about response_format, so that another one may
// do.
func refusesFormat(err error) bool {
	status, message := status(err)
	message = strings.ToLower(message)
	return (status == http.StatusBadRequest || status == http.StatusUnprocessableEntity) &&
		(strings.Contains(message, "response_format") || strings.Contains(message, "verbose_json"))
}

// status digs the HTTP status and the server's own words out of err; 0 when no
// server answered.
func status(err error) (int, string) {
	var api *openai.APIError
	if errors.As(err, &api) {
		return api.HTTPStatusCode, api.Message
	}
	var req *openai.RequestError
	if errors.As(err, &req) {
		return req.HTTPStatusCode, string(req.Body)
	}
	return 0, ""
}

// explain says what is wrong and what to do about it.
func (t *Transcriber) explain(err error) error {
	code, message := status(err)
	message = short(message)
	switch {
	case errors.Is(err, ErrUnreachable):
		return fmt.Errorf("%s: %w: check the address and the network", t.host, err)
	case code == 0:
		return fmt.Errorf("%s answered with something that is no transcript (%v): check that it serves /audio/transcriptions", t.host, err)
	case (code == http.StatusUnauthorized || code == http.StatusForbidden) && t.o.Key == "":
		return fmt.Errorf("%w: %s: set %s", ErrKey, t.host, t.keyName())
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("%w: %s refused the one in %s (%s)", ErrKey, t.host, t.keyName(), message)
	case code == http.StatusNotFound || strings.Contains(strings.ToLower(message), "model"):
		return fmt.Errorf("%w: %s has no %q (%s): choose another model or address", ErrModel, t.host, t.o.Model, message)
	case busy(code):
		return fmt.Errorf("%s is too busy or broken (%d %s): try again later", t.host, code, message)
	}
	return fmt.Errorf("%s refused the recording (%d %s)", t.host, code, message)
}

func (t *Transcriber) keyName() string {
	if t.o.KeyFrom == "" {
		return "its API key"
	}
	return t.o.KeyFrom
}

// short keeps a server's message to one line that fits a sentence.
func short(message string) string {
	message = strings.Join(strings.Fields(strings.ToValidUTF8(message, "")), " ")
	if rs := []rune(message); len(rs) > 200 {
		message = string(rs[:200]) + "..."
	}
	return message
}
