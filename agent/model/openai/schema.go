package openai

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// replyTool is the tool of schema mode that speaks. It is ours: a Spec of the
// same name is shadowed.
const replyTool = "reply"

// begins is what a reply in a language begins with, as a pattern: a small model goes
// on in the language that it has begun in, and told in words it often begins in
// English. A pattern has to say all of a text in which nothing is escaped, so there
// are no quotation marks and no lines in it, which nobody would hear anyway.
var begins = map[string]string{
	"en": `^[^ "\\\x00-\x1Fㄱ-ㆎ가-힣][^"\\\x00-\x1F]*$`,
	"ko": `^[0-9.,:% ]{0,12}[가-힣][^"\\\x00-\x1F]*$`,
}

// branches is the JSON schema of one reply: any one of the tools, or reply, which
// speaks the language; "" is any. What is equal gives equal bytes.
func branches(tools []tool.Spec, language string) json.RawMessage {
	var b bytes.Buffer
	b.WriteString(`{"anyOf":[`)
	for _, t := range tools {
		if t.Name == replyTool {
			continue
		}
		branch(&b, t.Name, t.Params)
		b.WriteByte(',')
	}
	text := map[string]string{"type": "string"}
	if p := begins[language]; p != "" {
		text["pattern"] = p
	}
	quoted, _ := json.Marshal(text) // strings always can be
	branch(&b, replyTool, json.RawMessage(`{"type":"object","properties":{"text":`+string(quoted)+`},"required":["text"],"additionalProperties":false}`))
	b.WriteString(`]}`)
	return b.Bytes()
}

func branch(b *bytes.Buffer, name string, params json.RawMessage) {
	quoted, _ := json.Marshal(name) // a string always can be
	b.WriteString(`{"type":"object","properties":{"tool":{"const":`)
	b.Write(quoted)
	b.WriteString(`},"args":`)
	if json.Compact(b, params) != nil || len(params) == 0 {
		b.WriteString(`{"type":"object"}`)
	}
	b.WriteString(`},"required":["tool","args"],"additionalProperties":false}`)
}

// signature is a tool in one line: name(arg, optional?: type): description.
func signature(t tool.Spec) string {
	var s struct {
		Properties json.RawMessage `json:"properties"`
		Required   []string        `json:"required"`
	}
	_ = json.Unmarshal(t.Params, &s) // no schema: no arguments to show
	var args []string
	for _, p := range properties(s.Properties) {
		arg := p.name
		if !slices.Contains(s.Required, p.name) {
			arg += "?"
		}
		args = append(args, arg+typeNote(p.schema))
	}
	line := "- " + t.Name + "(" + strings.Join(args, ", ") + ")"
	if t.Description != "" {
		line += ": " + strings.Join(strings.Fields(t.Description), " ")
	}
	return line
}

type property struct {
	name   string
	schema json.RawMessage
}

// properties lists an object's members in the order in which they are written.
func properties(object json.RawMessage) []property {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var out []property
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return out
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return out
		}
		out = append(out, property{name, v})
	}
	return out
}

// typeNote says what a value is where it isn't just a string.
func typeNote(schema json.RawMessage) string {
	var s struct {
		Type string            `json:"type"`
		Enum []json.RawMessage `json:"enum"`
	}
	_ = json.Unmarshal(schema, &s) // a schema that says nothing: no note
	values := make([]string, len(s.Enum))
	for i, e := range s.Enum {
		values[i] = string(e)
	}
	if len(values) > 0 {
		return ": " + strings.Join(values, "|")
	}
	if s.Type == "" || s.Type == "string" {
		return ""
	}
	return ": " + s.Type
}

// schemaSystem is the system message of schema mode. It depends on nothing but
// the prompt's System and Tools, so that a server's prompt cache holds.
func schemaSystem(p model.Prompt) string {
	var b strings.Builder
	if s := strings.TrimSpace(p.System); s != "" {
		b.WriteString(s + "\n\n")
	}
	b.WriteString(formRules)
	for _, t := range p.Tools {
		if t.Name != replyTool {
			b.WriteString(signature(t) + "\n")
		}
	}
	b.WriteString(replyLine)
	b.WriteString(choiceRules)
	b.WriteString("Examples:\n")
	for _, e := range examples {
		if (e.needs == "" || hasTool(p.Tools, e.needs)) && (e.tool == replyTool || hasTool(p.Tools, e.tool)) {
			b.WriteString(e.said + " -> " + object(e.tool, json.RawMessage(e.args)) + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// object is a call as the model writes it.
func object(tool string, args json.RawMessage) string {
	name, _ := json.Marshal(tool) // a string always can be
	var b bytes.Buffer
	b.WriteString(`{"tool":`)
	b.Write(name)
	b.WriteString(`,"args":`)
	if json.Compact(&b, args) != nil || len(args) == 0 {
		b.WriteString("{}")
	}
	b.WriteString("}")
	return b.String()
}

func replyObject(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // as a model writes it, so that caches match
	_ = e.Encode(map[string]string{"text": text})
	return object(replyTool, b.Bytes())
}
