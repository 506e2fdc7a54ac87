//go:build whisper

// libgomp's threads, and so ggml's, wait for one another by spinning for some
// milliseconds, which is right on an idle machine: where another process wants
// the core, the spinning thread keeps it from the very thread it waits for. With
// more threads than cores libgomp spins a thousandth of that and then sleeps, so
// this gives it a few more, which sleep for good.

#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void * sleepers(void * unused) {
	int n = omp_get_num_procs() + 1;
#pragma omp parallel num_threads(n)
	{ __asm__ volatile("" ::: "memory"); }
	for (;;) pause(); // the team lives as long as the thread that made it
	return unused;
}

int deputy_spin_less(void) {
	// Signals are the Go runtime's; the new threads inherit this mask.
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, sleepers, NULL);
	if (rc == 0) pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
