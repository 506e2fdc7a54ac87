//go:build whisper

#include "silero_whisper.h"

#include <ggml-cpu.h>
#include <ggml.h>
#include <stdlib.h>
#include <string.h>

enum { PADDED = 640, HOP = 128, BINS = 129, FRAMES = 4, HIDDEN = 128 };

struct silero {
	struct ggml_context * ctx;
	struct ggml_cgraph *  graph;
	struct ggml_cplan     plan;
	struct ggml_tensor *  in, *out, *h, *c;
};

static struct ggml_tensor * weights(struct ggml_context * ctx, enum ggml_type type, int64_t a, int64_t b, int64_t c,
                                    const void * data, size_t size) {
	struct ggml_tensor * t = ggml_new_tensor_3d(ctx, type, a, b, c);
	if (ggml_nbytes(t) == size) memcpy(t->data, data, size);
	return t;
}

// conv is one layer of the encoder: convolution over three frames, bias, ReLU.
static struct ggml_tensor * conv(struct ggml_context * ctx, struct ggml_tensor * x, struct ggml_tensor * w,
                                 struct ggml_tensor * b, int stride) {
	x = ggml_conv_1d(ctx, w, x, stride, 1, 1);
	return ggml_relu(ctx, ggml_add(ctx, x, ggml_reshape_3d(ctx, b, 1, b->ne[0], 1)));
}

// gate is a quarter of the recurrent cell's preactivations.
static struct ggml_tensor * gate(struct ggml_context * ctx, struct ggml_tensor * all, int i) {
	return ggml_view_1d(ctx, all, HIDDEN, i * HIDDEN * sizeof(float));
}

static void build(struct silero * s, const void * const * d, const size_t * n) {
	struct ggml_context * ctx = s->ctx;
	const enum ggml_type F16 = GGML_TYPE_F16, F32 = GGML_TYPE_F32;
	static const int in[4] = { BINS, 128, 64, 64 }, out[4] = { 128, 64, 64, 128 }, stride[4] = { 1, 2, 2, 1 };

	s->in = ggml_new_tensor_2d(ctx, F32, PADDED, 1);
	s->h  = ggml_new_tensor_1d(ctx, F32, HIDDEN);
	s->c  = ggml_new_tensor_1d(ctx, F32, HIDDEN);

	// Magnitudes of a short-time Fourier transform, whose basis is a tensor too:
	// cosines, then sines.
	struct ggml_tensor * basis = weights(ctx, F16, 256, 1, 2 * BINS, d[14], n[14]);
	struct ggml_tensor * ft    = ggml_conv_1d(ctx, basis, s->in, HOP, 0, 1);
	struct ggml_tensor * re    = ggml_view_2d(ctx, ft, FRAMES, BINS, ft->nb[1], 0);
	struct ggml_tensor * im    = ggml_view_2d(ctx, ft, FRAMES, BINS, ft->nb[1], BINS * ft->nb[1]);
	struct ggml_tensor * x     = ggml_sqrt(ctx, ggml_add(ctx, ggml_mul(ctx, re, re), ggml_mul(ctx, im, im)));

	for (int i = 0; i < 4; i++) {
		struct ggml_tensor * w = weights(ctx, F16, 3, in[i], out[i], d[2 * i], n[2 * i]);
		x = conv(ctx, x, w, weights(ctx, F32, out[i], 1, 1, d[2 * i + 1], n[2 * i + 1]), stride[i]);
	}
	x = ggml_reshape_1d(ctx, ggml_cont(ctx, ggml_view_2d(ctx, x, 1, HIDDEN, x->nb[1], 0)), HIDDEN);

	struct ggml_tensor * wih = weights(ctx, F32, HIDDEN, 4 * HIDDEN, 1, d[8], n[8]);
	struct ggml_tensor * whh = weights(ctx, F32, HIDDEN, 4 * HIDDEN, 1, d[9], n[9]);
	struct ggml_tensor * all = ggml_add(ctx,
		ggml_add(ctx, ggml_mul_mat(ctx, wih, x), weights(ctx, F32, 4 * HIDDEN, 1, 1, d[10], n[10])),
		ggml_add(ctx, ggml_mul_mat(ctx, whh, s->h), weights(ctx, F32, 4 * HIDDEN, 1, 1, d[11], n[11])));
	struct ggml_tensor * c = ggml_add(ctx,
		ggml_mul(ctx, ggml_sigmoid(ctx, gate(ctx, all, 1)), s->c),
		ggml_mul(ctx, ggml_sigmoid(ctx, gate(ctx, all, 0)), ggml_tanh(ctx, gate(ctx, all, 2))));
	struct ggml_tensor * h = ggml_mul(ctx, ggml_sigmoid(ctx, gate(ctx, all, 3)), ggml_tanh(ctx, c));

	struct ggml_tensor * last = weights(ctx, F16, HIDDEN, 1, 1, d[12], n[12]);
	struct ggml_tensor * bias = weights(ctx, F32, 1, 1, 1, d[13], n[13]);
	s->out = ggml_sigmoid(ctx, ggml_add(ctx, ggml_mul_mat(ctx, last, ggml_relu(ctx, h)), bias));

	s->graph = ggml_new_graph(ctx);
	ggml_build_forward_expand(s->graph, s->out);
	// The state is written last: everything that reads the old one is before it.
	ggml_build_forward_expand(s->graph, ggml_cpy(ctx, c, s->c));
	ggml_build_forward_expand(s->graph, ggml_cpy(ctx, h, s->h));
}

struct silero * silero_new(const void * const * tensors, const size_t * sizes) {
	struct silero * s = calloc(1, sizeof *s);
	if (s == NULL) return NULL;
	struct ggml_init_params p = { .mem_size = 4u << 20, .mem_buffer = NULL, .no_alloc = false };
	s->ctx = ggml_init(p);
	if (s->ctx == NULL) {
		free(s);
		return NULL;
	}
	build(s, tensors, sizes);
	// One thread: the network is so small that a second one only waits.
	s->plan = ggml_graph_plan(s->graph, 1, NULL);
	if (s->plan.work_size > 0 && (s->plan.work_data = malloc(s->plan.work_size)) == NULL) {
		silero_free(s);
		return NULL;
	}
	silero_reset(s);
	return s;
}

float silero_score(struct silero * s, const float * samples) {
	memcpy(s->in->data, samples, PADDED * sizeof(float));
	if (ggml_graph_compute(s->graph, &s->plan) != GGML_STATUS_SUCCESS) return 0;
	return *(const float *) s->out->data;
}

void silero_reset(struct silero * s) {
	memset(s->h->data, 0, ggml_nbytes(s->h));
	memset(s->c->data, 0, ggml_nbytes(s->c));
}

void silero_free(struct silero * s) {
	if (s == NULL) return;
	free(s->plan.work_data);
	ggml_free(s->ctx);
	free(s);
}
