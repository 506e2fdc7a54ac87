"""RealtimeSTT as a peer of deputy-lab speed: a line with the path of a 16 kHz WAV in, and with where its speech ends in
seconds; a line of JSON out.

The sound is fed at its own pace, since RealtimeSTT counts silence by the clock. "heard" is when its last text came, in
seconds since the first sample was fed. Usage: MODEL_FOLDER EARLY, where EARLY is early_transcription_on_silence in
milliseconds; 0 is the default: transcription begins when the recording ends.
"""

import json
import logging
import sys
import threading
import time
import wave

from RealtimeSTT import AudioToTextRecorder

CHUNK = 512  # samples, RealtimeSTT's own
RATE = 16000


class Texts:
    """What the recorder has written since the clip began, and when."""

    def __init__(self):
        self.lock = threading.Lock()
        self.heard = []

    def add(self, text):
        with self.lock:
            self.heard.append((time.monotonic(), text))

    def last(self):
        """When the last text came; 0 if none has."""
        with self.lock:
            return self.heard[-1][0] if self.heard else 0

    def take(self):
        with self.lock:
            heard, self.heard = self.heard, []
        return heard


def chunks(path):
    """The clip in the recorder's chunks; the last one is filled up with silence."""
    with wave.open(path) as w:
        data = w.readframes(w.getnframes())
    for i in range(0, len(data), 2 * CHUNK):
        yield data[i : i + 2 * CHUNK].ljust(2 * CHUNK, b"\0")


def play(recorder, texts, path, end):
    """Feed a clip and then silence, until the text of what was said last is there or nothing can come of it any more."""
    texts.take()
    began = time.monotonic()
    fed = 0
    ended = None  # when the clip itself was over
    quiet = 0  # samples of silence during which the recorder did nothing
    sound = chunks(path)
    while quiet < 0.7 * RATE or time.monotonic() - ended < 1.0:
        chunk = next(sound, None)
        if chunk is None:
            if ended is None:
                ended = time.monotonic()
            chunk = bytes(2 * CHUNK)
            busy = recorder.is_recording or recorder.state == "transcribing"
            quiet = 0 if busy else quiet + CHUNK
            if time.monotonic() - ended > 30 or not busy and texts.last() > began + end:
                break
        fed += CHUNK
        wait = began + fed / RATE - time.monotonic()  # a chunk is there when its last sample was spoken
        if wait > 0:
            time.sleep(wait)
        recorder.feed_audio(chunk)
    heard = [(at, text) for at, text in texts.take() if text]
    return {
        "text": " ".join(text for _, text in heard),
        "heard": heard[-1][0] - began if heard else 0,
    }


def main():
    folder, early = sys.argv[1], int(sys.argv[2])
    answers = sys.stdout
    sys.stdout = sys.stderr  # RealtimeSTT prints
    texts = Texts()
    recorder = AudioToTextRecorder(
        model=folder,
        device="cpu",
        compute_type="int8",
        use_microphone=False,
        spinner=False,
        no_log_file=True,
        level=logging.ERROR,
        early_transcription_on_silence=early,
    )

    def listen():
        while True:
            texts.add(recorder.text())

    threading.Thread(target=listen, daemon=True).start()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        print(json.dumps(play(recorder, texts, ask["file"], ask["end"])), file=answers, flush=True)
    recorder.shutdown()


if __name__ == "__main__":
    main()
