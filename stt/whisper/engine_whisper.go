//go:build whisper

package whisper

/*
#include <stdlib.h>
#include <whisper.h>

// The binding sets the encoder's window only on its way into whisper_full, so
// this goes there and turns back before the encoder: what stays is the window.
static bool deputy_not_now(struct whisper_context * c, struct whisper_state * s, void * d) { return false; }

static int deputy_set_window(struct whisper_context * ctx, int window) {
	struct whisper_full_params p = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
	p.audio_ctx              = window;
	p.language               = "en";
	p.n_threads              = 1;
	p.print_progress         = false;
	p.encoder_begin_callback = deputy_not_now;
	return whisper_full(ctx, p, NULL, 0);
}

// On a processor, ggml's flash attention is a plain loop that takes half of the
// encoder's time; as products of matrices the same attention takes a fifth.
static struct whisper_context * deputy_open(const char * path, bool flash) {
	struct whisper_context_params p = whisper_context_default_params();
	p.flash_attn = flash;
	return whisper_init_from_file_with_params(path, p);
}

extern void deputyLog(int level, char * text);
static void deputy_log(enum ggml_log_level level, const char * text, void * data) { deputyLog((int) level, (char *) text); }
static void deputy_log_to_go(void) { whisper_log_set(deputy_log, NULL); ggml_log_set(deputy_log, NULL); }
*/
import "C"

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	binding "github.com/ggerganov/whisper.cpp/bindings/go"

	"deputy/stt"
)

// New loads the model. The error wraps stt.ErrNoModel when the file is missing,
// cut or altered.
func New(o Options) (*Transcriber, error) {
	o = o.withDefaults()
	if err := CheckModel(o.Model, o.SHA256); err != nil {
		return nil, err
	}
	hearLog(o.Logger)
	ctx := open(o.Model, false)
	if ctx == nil {
		return nil, noModel(o.Model, "whisper.cpp can't load it")
	}
	e := newNative(ctx, o.Threads)
	for _, name := range o.Names {
		e.vocab.names = append(e.vocab.names, e.tokenize(" "+name))
	}
	return newTranscriber(e, o)
}

// open loads a model file, with flash attention or without; nil if whisper.cpp can't.
func open(path string, flash bool) *binding.Context {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	return (*binding.Context)(unsafe.Pointer(C.deputy_open(name, C.bool(flash))))
}

// native is the engine in whisper.cpp's one context.
type native struct {
	ctx     *binding.Context
	raw     *C.struct_whisper_context
	threads int // of the encoder
	writers int // threads of the decoder
	vocab   vocabulary
	tokens  []binding.Token
}

// narrow is the width of whisper base's decoder. Up to it a token is some two
// hundred products too small to be shared: a second thread only waits for the
// first and makes both slower. Wider ones are not measured.
const narrow = 512

func newNative(ctx *binding.Context, threads int) *native {
	e := &native{ctx: ctx, raw: (*C.struct_whisper_context)(unsafe.Pointer(ctx)), threads: threads, writers: threads}
	if C.whisper_model_n_text_state(e.raw) <= narrow {
		e.writers = 1
	}
	v := vocabulary{
		size: ctx.Whisper_n_vocab(),
		sot:  int32(ctx.Whisper_token_sot()), eot: int32(ctx.Whisper_token_eot()), beg: int32(ctx.Whisper_token_beg()),
		transcribe: int32(ctx.Whisper_token_transcribe()),
		nospeech:   int32(C.whisper_token_nosp(e.raw)),
		firstLang:  int32(ctx.Whisper_token_lang(0)),
	}
	for id := range binding.Whisper_lang_max_id() + 1 {
		v.languages = append(v.languages, binding.Whisper_lang_str(id))
	}
	// The tokens between the languages and the tasks are the languages that this
	// model knows: fewer than the library does, in older models.
	v.languages = v.languages[:min(len(v.languages), int(ctx.Whisper_token_translate())-int(v.firstLang))]
	if ctx.Whisper_is_multilingual() == 0 {
		v.english, v.languages = true, []string{"en"}
	}
	v.specialFrom, v.specialTo = v.eot+1, v.beg
	space := make([]binding.Token, 4)
	if n, err := ctx.Whisper_tokenize(" ", space); err == nil && n == 1 {
		v.blank = int32(space[0])
	}
	e.vocab = v
	return e
}

// tokenize is a text in the model's tokens; nil if it is too long.
func (e *native) tokenize(text string) (out []int32) {
	tokens := make([]binding.Token, 16)
	n, err := e.ctx.Whisper_tokenize(text, tokens)
	if err != nil {
		return nil
	}
	for _, t := range tokens[:n] {
		out = append(out, int32(t))
	}
	return out
}

func (e *native) Vocabulary() vocabulary { return e.vocab }

func (e *native) Load(samples []float32) error {
	if err := e.ctx.Whisper_pcm_to_mel(samples, e.threads); err != nil {
		return fmt.Errorf("compute the spectrogram: %w", err)
	}
	return nil
}

func (e *native) Encode(offset, window int) error {
	if rc := C.deputy_set_window(e.raw, C.int(window)); rc != 0 {
		return fmt.Errorf("set the encoder window to %d: whisper.cpp says %d", window, rc)
	}
	// The spectrogram has a column every 10 ms.
	if err := e.ctx.Whisper_encode(2*offset, e.threads); err != nil {
		return fmt.Errorf("run the encoder: %w", err)
	}
	return nil
}

func (e *native) Decode(tokens []int32, past int) ([]float32, error) {
	e.tokens = e.tokens[:0]
	for _, t := range tokens {
		e.tokens = append(e.tokens, binding.Token(t))
	}
	if err := e.ctx.Whisper_decode(e.tokens, past, e.writers); err != nil {
		return nil, fmt.Errorf("run the decoder: %w", err)
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(C.whisper_get_logits(e.raw))), len(tokens)*e.vocab.size)
	return all[(len(tokens)-1)*e.vocab.size:], nil
}

func (e *native) Bytes(token int32) string { return e.ctx.Whisper_token_to_str(binding.Token(token)) }

func (e *native) Free() { e.ctx.Whisper_free() }

// whisper.cpp has one log for the whole process; it goes to the Logger of the
// engine that was opened last.
var (
	nativeLog  atomic.Pointer[slog.Logger]
	logRouting sync.Once
)

func hearLog(l *slog.Logger) {
	nativeLog.Store(l)
	logRouting.Do(func() { C.deputy_log_to_go() })
}

//export deputyLog
func deputyLog(level C.int, text *C.char) {
	if l := nativeLog.Load(); l != nil {
		if s := strings.TrimSpace(C.GoString(text)); s != "" && s != "." {
			l.Debug("whisper.cpp", "level", int(level), "text", s)
		}
	}
}

var _ stt.Transcriber = (*Transcriber)(nil)
