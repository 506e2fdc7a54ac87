// Package ggml reads and writes the model files that whisper.cpp loads, without
// whisper.cpp: it turns a CTranslate2 (faster-whisper) model directory into a ggml
// Whisper file, the Silero voice detector's TorchScript archive into its ggml form,
// and an f16 Whisper file into one of q8_0 or bf16. Each conversion is deterministic and gives
// the bytes of the canonical file, so that a checksum, and not the place a file came
// from, says whether it may be used.
//
// It knows file layouts and number formats only. It must not know where files come
// from, what they are pinned to, or how a model is run.
package ggml
