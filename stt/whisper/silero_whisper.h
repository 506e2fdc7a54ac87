// The Silero detector as a ggml graph that keeps its state from window to window.
// whisper.cpp has this network too, but clears the state on every call.
#ifndef DEPUTY_SILERO_H
#define DEPUTY_SILERO_H

#include <stddef.h>

struct silero;

// silero_new builds the graph around copies of the 15 tensors, in the order of
// sileroTensors in silero.go. It returns NULL when memory is short.
struct silero * silero_new(const void * const * tensors, const size_t * sizes);

// silero_score gives the probability of speech in 640 samples: a window of 512
// with 64 on either side.
float silero_score(struct silero * s, const float * samples);

// silero_reset forgets what was heard.
void silero_reset(struct silero * s);

void silero_free(struct silero * s);

#endif
