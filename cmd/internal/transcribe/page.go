package transcribe

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"deputy/audio"
	"deputy/stt"
)

// A Form is how a Page is written.
type Form uint8

const (
	Text Form = iota
	JSON
	TSV
)

// A Page is what transcribe prints on.
type Page struct {
	Out     io.Writer
	Form    Form
	Several bool // files: name each
	texts   []string
}

// transcribed is a line of transcribe --json. Times are in seconds from the
// file's start, probabilities in [0, 1].
type transcribed struct {
	File         string  `json:"file"`
	Utterance    int64   `json:"utterance"`
	Start        float64 `json:"start"`
	End          float64 `json:"end"`
	Text         string  `json:"text"`
	Language     string  `json:"language"`
	LanguageProb float32 `json:"language_prob"`
	Confidence   float32 `json:"confidence"`
	NoSpeech     float32 `json:"no_speech"`
}

// utterance prints what was said, or keeps it for the file's line.
func (p *Page) utterance(file string, u audio.Utterance, t stt.Transcript) error {
	text := strings.Join(strings.Fields(t.Text), " ")
	switch p.Form {
	case TSV:
		p.texts = append(p.texts, text)
		return nil
	case JSON:
		enc := json.NewEncoder(p.Out)
		enc.SetEscapeHTML(false)
		return enc.Encode(transcribed{
			File: file, Utterance: u.ID, Start: at(u.SpeechStart), End: at(u.SpeechEnd),
			Text: text, Language: t.Language, LanguageProb: t.LanguageProb, Confidence: t.Confidence, NoSpeech: t.NoSpeech,
		})
	}
	if p.Several {
		text = file + ": " + text
	}
	_, err := fmt.Fprintln(p.Out, text)
	return err
}

// end ends a file.
func (p *Page) end(file string) error {
	if p.Form != TSV {
		return nil
	}
	name := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(file)
	_, err := fmt.Fprintf(p.Out, "%s\t%s\n", name, strings.Join(p.texts, " "))
	p.texts = nil
	return err
}

// at is a position in seconds, to the millisecond.
func at(samples int64) float64 {
	return float64(audio.Samples(samples).Duration().Milliseconds()) / 1000
}
