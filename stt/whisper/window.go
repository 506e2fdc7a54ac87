package whisper

// margin is quiet that the encoder sees after the last sample, in units of 20 ms:
// without it the last word's end falls on the window's edge and is lost.
const margin = 32

// windowFor is the encoder window, in units of 20 ms, for n samples: all of them
// and a margin, at least floor, at most the full 30 s. It is a multiple of 64, so
// that utterances of about one length share a compute graph.
func windowFor(n, floor int) int {
	w := (n+unit-1)/unit + margin
	w = (max(w, floor) + 63) / 64 * 64
	return min(w, fullWindow)
}
