"""faster-whisper as a peer of deputy-lab speed: a line with the path of a 16 kHz WAV in, a line of JSON out.

It keeps the model loaded, as a program that listens all day would. Usage: MODEL_FOLDER THREADS BEAM
"""

import json
import sys
import time

from faster_whisper import WhisperModel


def main():
    folder, threads, beam = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        began = time.monotonic()
        segments, _ = model.transcribe(json.loads(line)["file"], beam_size=beam)
        text = " ".join(s.text.strip() for s in segments)  # the work is done here
        print(json.dumps({"text": text, "took": time.monotonic() - began}), flush=True)


if __name__ == "__main__":
    main()
