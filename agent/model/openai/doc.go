// Package openai is a model.Model over any server that speaks OpenAI's chat
// completions: OpenAI itself, DeepSeek, Groq, Ollama, LM Studio, vLLM,
// llama.cpp's server, one on the office network. It knows that wire format, how
// such servers differ and how they fail; it must not know what a tool does, who
// may use it, any sound, or how a server is started.
//
//	Prompt ──► request ──► HTTP (limits, retries) ──► events ──► reader ──► Chunks
//	           native|schema                                     native|schema
//
// Tools are called in one of two ways. Native uses the server's own tool calls.
// Schema makes the server write one JSON object, forced by a JSON schema, that
// names a tool or holds a reply; it is what small local models can do.
//
// Whatever a server sends, a call comes out only when the whole reply arrived,
// names a tool of the prompt and carries a JSON object. Anything less is an
// error.
package openai
